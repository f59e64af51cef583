import type { Field } from "../manifests/field.ts";
import { cloudPolicy } from "../pack/cloud-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { type Condition, readDocument, type Statement } from "./iam-document.ts";
import { DOCUMENT_TYPES, documentsOf } from "./iam-placement.ts";

const REMEDY =
  "Name the principals; confine a service or everybody by a condition such as aws:SourceAccount, and an identity provider by StringEquals on its :sub.";

const OIDC = "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/1";
const role = (statement: object) => [
  {
    type: "aws:iam/role:Role",
    properties: {
      assumeRolePolicy: JSON.stringify({
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity", ...statement }],
      }),
    },
  },
];

export const iamDisallowOpenTrust = cloudPolicy({
  name: "iam-disallow-open-trust",
  description: "A role or a resource of AWS is open to named principals only.",
  severity: "critical",
  controls: [
    { framework: "cis-aws", control: "1.20" },
    { framework: "nist", control: "AC-3, AC-6, IA-8" },
  ],
  reason:
    "What everybody may use is public, whoever was meant. A role that trusts an identity provider without asking for the " +
    "subject can be taken on by every pod of the cluster, or every repository of the provider.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "one ServiceAccount of one cluster",
        cloud: role({
          Principal: { Federated: OIDC },
          Condition: {
            StringEquals: { "oidc.example.com/id/1:sub": "system:serviceaccount:ai-agents:backup" },
          },
        }),
      },
    ],
    fail: [
      { what: "everybody", cloud: role({ Action: "sts:AssumeRole", Principal: "*" }) },
      { what: "every identity of a provider", cloud: role({ Principal: { Federated: OIDC } }) },
      {
        what: "every ServiceAccount of a cluster",
        cloud: role({
          Principal: { Federated: OIDC },
          Condition: { StringLike: { "oidc.example.com/id/1:sub": "system:serviceaccount:*" } },
        }),
      },
    ],
  },
  types: DOCUMENT_TYPES,
  judge: (resource) =>
    documentsOf(resource).flatMap(({ use, field }) => (use === "identity" ? [] : judgeDocument(field))),
});

function judgeDocument(field: Field): Finding[] {
  const document = readDocument(field);
  if (document.type === "missing") return [];
  if (document.type === "unknown") return [undecided(document.field)];
  if (document.type === "malformed") {
    return [violation(field, `it is no policy document: ${document.problem}.`, REMEDY)];
  }
  return document.statements
    .filter(({ effect }) => effect === "Allow")
    .flatMap(problemsOf)
    .map((problem) => violation(field, problem, REMEDY));
}

function problemsOf({ label, actions, principals, negations, conditions }: Statement): string[] {
  const isOpen = principals.some(({ id }) => id === "*") && !conditions.some(confinesCaller);
  const isFederated =
    principals.some(({ type, id }) => type === "Federated" && !id.includes(":saml-provider/")) ||
    actions.includes("sts:AssumeRoleWithWebIdentity");
  return [
    ...(negations.includes("NotPrincipal") ? [`${label} is for everybody but its NotPrincipal.`] : []),
    ...(isOpen ? [`${label} is for everybody, and no condition says who calls.`] : []),
    ...(isFederated && !conditions.some(namesSubject)
      ? [`${label} lets in every identity of the provider: no condition on :sub names one.`]
      : []),
  ];
}

/** Keys of conditions that say who calls. What only says how, such as `aws:SecureTransport`, lets everybody in. */
const CALLER_KEYS: ReadonlySet<string> = new Set(
  [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "kms:CallerAccount",
  ].map((key) => key.toLowerCase()),
);

/** `…IfExists` and `ForAllValues:` hold where the key is not there, so they confine nobody. */
const CONFINING = /^(?:ForAnyValue:)?(?:String|Arn)(?:Equals|Like|EqualsIgnoreCase)$/;

function confinesCaller({ operator, key, values }: Condition): boolean {
  return CONFINING.test(operator) && CALLER_KEYS.has(key.toLowerCase()) && !values.some(isBroad);
}

/** A pattern confines where it names an account, an organization or, in S3 where names are unique, a bucket. */
function isBroad(value: string): boolean {
  const known = value.split(/[*?]/)[0] ?? "";
  if (known === value) return value === "";
  const [, , service, , account = "", name = ""] = known.split(":");
  return !(/^\d{12}$/.test(account) || (service === "s3" && name !== "") || /^o-\w+\//.test(known));
}

function namesSubject({ operator, key, values }: Condition): boolean {
  return CONFINING.test(operator) && key.endsWith(":sub") && values.length > 0 && values.every(isSubject);
}

/** Up to its first wildcard a subject has to name its owner in full: `repo:org/…`, `system:serviceaccount:ai-agents:…`. */
function isSubject(value: string): boolean {
  const known = value.split(/[*?]/)[0] ?? "";
  if (known === value) return value !== "";
  const whole = known.split(/[:/]/).slice(0, -1);
  return whole.filter((part) => part !== "").length > (known.startsWith("system:") ? 2 : 1);
}
