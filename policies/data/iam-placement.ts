import type { Field } from "../manifests/field.ts";
import type { CloudResource } from "../pack/cloud-policy.ts";

/** What a policy document decides: what an identity may do, who may take on a role, or who may use one resource. */
export type DocumentUse = "identity" | "trust" | "resource";

export interface PlacedDocument {
  readonly use: DocumentUse;
  readonly field: Field;
}

const IDENTITY_TYPES: readonly string[] = [
  "aws:iam/groupPolicy:GroupPolicy",
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
];
const ROLE = "aws:iam/role:Role";

/** Resources that say in a property `policy` who may use them. */
const RESOURCE_TYPES: readonly string[] = [
  "aws:ecr/repositoryPolicy:RepositoryPolicy",
  "aws:kms/key:Key",
  "aws:kms/keyPolicy:KeyPolicy",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketV2:BucketV2",
  "aws:secretsmanager/secret:Secret",
  "aws:secretsmanager/secretPolicy:SecretPolicy",
  "aws:sns/topic:Topic",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sqs/queue:Queue",
  "aws:sqs/queuePolicy:QueuePolicy",
];

/** Types of Pulumi that hold policy documents. */
export const DOCUMENT_TYPES: readonly string[] = [...IDENTITY_TYPES, ROLE, ...RESOURCE_TYPES];

/** Every policy document of a resource, set or not. */
export function documentsOf({ type, root }: CloudResource): PlacedDocument[] {
  if (type !== ROLE) {
    return [{ use: IDENTITY_TYPES.includes(type) ? "identity" : "resource", field: root.at("policy") }];
  }
  const inline = root.at("inlinePolicies").items();
  return [
    { use: "trust", field: root.at("assumeRolePolicy") },
    ...inline.map((policy) => ({ use: "identity" as const, field: policy.at("policy") })),
  ];
}
