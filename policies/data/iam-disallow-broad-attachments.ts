import type { Field } from "../manifests/field.ts";
import { cloudPolicy } from "../pack/cloud-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

interface Config {
  readonly allowed: readonly { readonly policy: string; readonly reason: string }[];
}

const REMEDY =
  "Attach a policy of your own with named actions and resources, or list the one of AWS with its reason in the setting `allowed`.";

/** Policies that AWS wrote for everything, or for everything that a service has. */
const BROAD =
  /^arn:aws[\w-]*:iam::aws:policy\/(?:[\w-]+\/)*(?:AdministratorAccess.*|PowerUserAccess|SystemAdministrator|\w*FullAccess\w*)$/i;

const ROLE = "aws:iam/role:Role";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

const attachment = (policyArn: string) => [{ type: ATTACHMENT, properties: { role: "agents", policyArn } }];

export const iamDisallowBroadAttachments = cloudPolicy<Config>({
  name: "iam-disallow-broad-attachments",
  description: "No policy of AWS that allows everything, or everything of a service, is attached.",
  severity: "high",
  controls: [
    { framework: "cis-aws", control: "1.16" },
    { framework: "nist", control: "AC-6, AC-3" },
  ],
  reason: "Such a policy allows what a wildcard does, and stands in no document that could be judged here.",
  remedy: REMEDY,
  parameters: {
    allowed: {
      type: "array",
      items: {
        type: "object",
        required: ["policy", "reason"],
        additionalProperties: false,
        properties: { policy: { type: "string", minLength: 1 }, reason: { type: "string", minLength: 1 } },
      },
      default: [],
      description: "ARNs of policies of AWS that may be attached, each with its reason.",
    },
  },
  examples: {
    pass: [
      { what: "a policy of one's own", cloud: attachment("arn:aws:iam::123456789012:policy/agents") },
      {
        what: "a policy of AWS for reading",
        cloud: attachment("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"),
      },
    ],
    fail: [
      { what: "everything", cloud: attachment("arn:aws:iam::aws:policy/AdministratorAccess") },
      { what: "everything of a service", cloud: attachment("arn:aws:iam::aws:policy/AmazonS3FullAccess") },
      {
        what: "everything, as a property of the role",
        cloud: [
          { type: ROLE, properties: { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] } },
        ],
      },
    ],
  },
  types: [
    ROLE,
    ATTACHMENT,
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  ],
  judge: ({ type, root }, { allowed }) => {
    const attached = type === ROLE ? root.at("managedPolicyArns").items() : [root.at("policyArn")];
    return attached.flatMap((policy) => judgePolicy(policy, allowed));
  },
});

function judgePolicy(policy: Field, allowed: Config["allowed"]): Finding[] {
  if (policy.unknown) return [undecided(policy)];
  const arn = String(policy.value);
  if (!BROAD.test(arn) || allowed.some((entry) => entry.policy === arn)) return [];
  return [violation(policy, `it is ${JSON.stringify(arn)}, which allows more than anybody needs.`, REMEDY)];
}
