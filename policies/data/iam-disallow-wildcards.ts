import type { Field } from "../manifests/field.ts";
import { cloudPolicy } from "../pack/cloud-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { readDocument, type Statement } from "./iam-document.ts";
import { DOCUMENT_TYPES, type DocumentUse, documentsOf } from "./iam-placement.ts";

interface Config {
  readonly allowed: readonly Allowed[];
}

/** An action that may stand with a wildcard, for all resources or for this one. */
interface Allowed {
  readonly action: string;
  readonly resource?: string;
  readonly reason: string;
}

const REMEDY =
  "Name the actions and the resources, or list the action with its reason in the setting `allowed`.";
const WITHOUT_RESOURCE = "AWS knows no resource to which it could be confined.";

const rolePolicy = (...statements: readonly object[]) => [
  {
    type: "aws:iam/rolePolicy:RolePolicy",
    properties: { role: "r", policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }) },
  },
];

export const iamDisallowWildcards = cloudPolicy<Config>({
  name: "iam-disallow-wildcards",
  description: "A policy of AWS allows named actions on named resources.",
  severity: "high",
  controls: [
    { framework: "cis-aws", control: "1.16" },
    { framework: "nist", control: "AC-6, AC-3" },
  ],
  reason:
    "A wildcard grants what nobody thought of, and what AWS adds next year. A stolen credential is worth what its policy allows.",
  remedy: REMEDY,
  parameters: {
    allowed: {
      type: "array",
      items: {
        type: "object",
        required: ["action", "reason"],
        additionalProperties: false,
        properties: {
          action: { type: "string", minLength: 1 },
          resource: { type: "string", minLength: 1 },
          reason: { type: "string", minLength: 1 },
        },
      },
      default: [
        { action: "cloudwatch:PutMetricData", resource: "*", reason: WITHOUT_RESOURCE },
        { action: "ecr:GetAuthorizationToken", resource: "*", reason: WITHOUT_RESOURCE },
        { action: "s3:ListAllMyBuckets", resource: "*", reason: WITHOUT_RESOURCE },
        { action: "secretsmanager:GetRandomPassword", resource: "*", reason: WITHOUT_RESOURCE },
      ],
      description:
        "Actions that may stand with a wildcard, each with its reason: for the resource named, or for any where none is named.",
    },
  },
  examples: {
    pass: [
      {
        what: "named actions on a named bucket",
        cloud: rolePolicy({ Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::backups/*" }),
      },
      { what: "a wildcard that refuses", cloud: rolePolicy({ Effect: "Deny", Action: "*", Resource: "*" }) },
      {
        what: "an action that AWS confines to no resource",
        cloud: rolePolicy({ Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" }),
      },
    ],
    fail: [
      {
        what: "all actions of a service",
        cloud: rolePolicy({ Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::backups/*" }),
      },
      {
        what: "all resources",
        cloud: rolePolicy({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }),
      },
      {
        what: "all actions but some",
        cloud: rolePolicy({ Effect: "Allow", NotAction: "iam:*", Resource: "arn:aws:s3:::backups" }),
      },
    ],
  },
  types: DOCUMENT_TYPES,
  judge: (resource, { allowed }) =>
    documentsOf(resource).flatMap(({ use, field }) => judgeDocument(field, use, allowed)),
});

function judgeDocument(field: Field, use: DocumentUse, allowed: readonly Allowed[]): Finding[] {
  const document = readDocument(field);
  if (document.type === "missing") return [];
  if (document.type === "unknown") return [undecided(document.field)];
  if (document.type === "malformed") {
    return [violation(field, `it is no policy document: ${document.problem}.`, REMEDY)];
  }
  const problems = document.statements
    .filter(({ effect }) => effect === "Allow")
    .flatMap((statement) => problemsOf(statement, use, allowed));
  return problems.map((problem) => violation(field, problem, REMEDY));
}

function problemsOf(statement: Statement, use: DocumentUse, allowed: readonly Allowed[]): string[] {
  const { label, actions, resources, negations } = statement;
  // The document of a role names no resource: it is about the role.
  const objects = resources.length === 0 ? ["*"] : resources;
  const wide = actions.filter(
    (action) => isWideAction(action) && !objects.every((resource) => isAllowed(action, resource, allowed)),
  );
  // In the policy of a resource and of a role `*` means this one.
  const unconfined = use === "identity" ? resources.filter(isWideResource) : [];
  const open = unconfined.filter(
    (resource) => !actions.every((action) => isAllowed(action, resource, allowed)),
  );
  return [
    ...negations
      .filter((negation) => negation !== "NotPrincipal")
      .map((negation) => `${label} allows everything but what its ${negation} names.`),
    ...wide.map((action) => `${label} allows the action ${JSON.stringify(action)}.`),
    ...open.map(
      (resource) => `${label} allows ${actions.join(", ")} on the resource ${JSON.stringify(resource)}.`,
    ),
  ];
}

/** All actions of a service or of several, or whatever ends in a word. `s3:Get*` says what is done. */
function isWideAction(action: string): boolean {
  const [service = "", ...name] = action.split(":");
  return /[*?]/.test(service) || /^[*?]/.test(name.join(":"));
}

/** Everything, all that a service has, or all of a kind: `key/*`. What is in a bucket is no kind. */
function isWideResource(resource: string): boolean {
  const [, , service, , , ...rest] = resource.split(":");
  if (rest.length === 0) return /[*?]/.test(resource);
  const name = rest.join(":");
  if (/^[*?/:]+$/.test(name)) return true;
  return service !== "s3" && /^[\w-]+[:/][*?/:]+$/.test(name);
}

function isAllowed(action: string, resource: string, allowed: readonly Allowed[]): boolean {
  return allowed.some(
    (entry) => entry.action === action && (entry.resource === undefined || entry.resource === resource),
  );
}
