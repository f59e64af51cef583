import {
  ACCOUNT,
  capitals,
  digits,
  type Invention,
  iamArn,
  input,
  regionalArn,
  type Subject,
  uuid,
} from "./invention.ts";

/** How the recorder treats one type of resource. */
export interface ResourceType {
  /** The input with the resource's own name; one is invented where the program gives none. */
  readonly nameInput?: string;
  /** What every name of this type begins with. Default: nothing. */
  readonly namePrefix?: string;
  /** Inputs that AWS cannot change in place. */
  readonly replaceOn: readonly string[];
  invent(subject: Subject): Invention;
}

/** The settings of a bucket, of which each is a resource of its own with the bucket's id. */
const bucketSetting: ResourceType = {
  replaceOn: ["bucket", "expectedBucketOwner"],
  invent: (subject) => ({ id: input(subject, "bucket"), outputs: {} }),
};

/** Every type that the stack uses; others are refused. */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  "aws:route53/zone:Zone": {
    replaceOn: ["name", "delegationSetId"],
    invent({ urn }) {
      const id = `Z${capitals(urn, 20)}`;
      const nameServers = ["com", "net", "org", "co.uk"].map(
        (domain, index) => `ns-${index + 1}.awsdns-00.${domain}`,
      );
      const outputs = { zoneId: id, arn: `arn:aws:route53:::hostedzone/${id}`, nameServers };
      return { id, outputs: { ...outputs, primaryNameServer: nameServers[0] } };
    },
  },
  "aws:route53/record:Record": {
    replaceOn: ["zoneId", "name", "setIdentifier"],
    invent(subject) {
      const parts = ["zoneId", "name", "type", "setIdentifier"].map((name) => input(subject, name));
      const fqdn = input(subject, "name").replace(/\.$/, "");
      return { id: parts.filter((part) => part !== "").join("_"), outputs: { fqdn } };
    },
  },
  "aws:route53/healthCheck:HealthCheck": {
    replaceOn: ["type", "referenceName", "requestInterval", "measureLatency"],
    invent: ({ urn }) => ({ id: uuid(urn), outputs: { arn: `arn:aws:route53:::healthcheck/${uuid(urn)}` } }),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    nameInput: "name",
    replaceOn: ["name"],
    invent(subject) {
      const name = input(subject, "name");
      return { id: name, outputs: { arn: regionalArn("cloudwatch", subject.region, `alarm:${name}`) } };
    },
  },
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": {
    nameInput: "alarmName",
    replaceOn: ["alarmName"],
    invent(subject) {
      const name = input(subject, "alarmName");
      return { id: name, outputs: { arn: regionalArn("cloudwatch", subject.region, `alarm:${name}`) } };
    },
  },
  "aws:s3/bucket:Bucket": {
    nameInput: "bucket",
    replaceOn: ["bucket", "bucketPrefix", "objectLockEnabled"],
    invent(subject) {
      const bucket = input(subject, "bucket");
      const outputs = {
        arn: `arn:aws:s3:::${bucket}`,
        bucketDomainName: `${bucket}.s3.amazonaws.com`,
        bucketRegion: subject.region,
        bucketRegionalDomainName: `${bucket}.s3.${subject.region}.amazonaws.com`,
        hostedZoneId: `Z${capitals(subject.region, 13)}`,
      };
      return { id: bucket, outputs };
    },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketSetting,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketSetting,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketSetting,
  "aws:s3/bucketPolicy:BucketPolicy": bucketSetting,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketSetting,
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": bucketSetting,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": bucketSetting,
  "aws:s3/bucketVersioning:BucketVersioning": bucketSetting,
  "aws:kms/key:Key": {
    replaceOn: ["customerMasterKeySpec", "customKeyStoreId", "keyUsage", "multiRegion"],
    invent(subject) {
      const keyId =
        subject.inputs["multiRegion"] === true ? `mrk-${digits(subject.urn, 32)}` : uuid(subject.urn);
      return { id: keyId, outputs: { keyId, arn: regionalArn("kms", subject.region, `key/${keyId}`) } };
    },
  },
  "aws:kms/replicaKey:ReplicaKey": {
    replaceOn: ["primaryKeyArn"],
    invent(subject) {
      const keyId = input(subject, "primaryKeyArn").split("/").at(-1) || `mrk-${digits(subject.urn, 32)}`;
      const arn = regionalArn("kms", subject.region, `key/${keyId}`);
      return { id: keyId, outputs: { keyId, arn, keyRotationEnabled: true } };
    },
  },
  "aws:kms/alias:Alias": {
    nameInput: "name",
    namePrefix: "alias/",
    replaceOn: ["name"],
    invent(subject) {
      const name = input(subject, "name");
      const target = input(subject, "targetKeyId");
      const targetKeyArn = target.startsWith("arn:")
        ? target
        : regionalArn("kms", subject.region, `key/${target}`);
      return { id: name, outputs: { arn: regionalArn("kms", subject.region, name), targetKeyArn } };
    },
  },
  "aws:iam/role:Role": {
    nameInput: "name",
    replaceOn: ["name", "path"],
    invent(subject) {
      const name = input(subject, "name");
      const arn = iamArn(`role${input(subject, "path") || "/"}${name}`);
      return { id: name, outputs: { arn, uniqueId: `AROA${capitals(subject.urn, 17)}` } };
    },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    nameInput: "name",
    replaceOn: ["name", "role"],
    invent: (subject) => ({ id: `${input(subject, "role")}:${input(subject, "name")}`, outputs: {} }),
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    replaceOn: ["role", "policyArn"],
    invent: (subject) => ({ id: `${input(subject, "role")}-${digits(subject.urn, 26)}`, outputs: {} }),
  },
  "aws:iam/policy:Policy": {
    nameInput: "name",
    replaceOn: ["name", "path", "description"],
    invent(subject) {
      const arn = iamArn(`policy${input(subject, "path") || "/"}${input(subject, "name")}`);
      return { id: arn, outputs: { arn, attachmentCount: 0, policyId: `ANPA${capitals(subject.urn, 17)}` } };
    },
  },
  "aws:secretsmanager/secret:Secret": {
    nameInput: "name",
    replaceOn: ["name"],
    invent(subject) {
      const suffix = digits(subject.urn, 6);
      const arn = regionalArn("secretsmanager", subject.region, `secret:${input(subject, "name")}-${suffix}`);
      return { id: arn, outputs: { arn } };
    },
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    replaceOn: ["secretId", "secretString", "secretBinary"],
    invent(subject) {
      const secretArn = input(subject, "secretId");
      const versionId = uuid(subject.urn);
      const outputs = { arn: secretArn, secretArn, versionId, hasSecretStringWo: false };
      return { id: `${secretArn}|${versionId}`, outputs };
    },
  },
  "aws:sns/topic:Topic": {
    nameInput: "name",
    replaceOn: ["name", "fifoTopic"],
    invent(subject) {
      const arn = regionalArn("sns", subject.region, input(subject, "name"));
      return { id: arn, outputs: { arn, owner: ACCOUNT } };
    },
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    replaceOn: ["arn"],
    invent: (subject) => ({ id: input(subject, "arn") || subject.urn, outputs: { owner: ACCOUNT } }),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    replaceOn: ["topic", "protocol", "endpoint"],
    invent(subject) {
      const arn = `${input(subject, "topic")}:${uuid(subject.urn)}`;
      return { id: arn, outputs: { arn, ownerId: ACCOUNT, pendingConfirmation: true } };
    },
  },
};
