import * as aws from "@pulumi/aws";

const zone = new aws.route53.Zone("zone", { name: "agents.example.com" });
const check = new aws.route53.HealthCheck("check", { type: "HTTPS", fqdn: "a.example.com", port: 443 });
new aws.route53.Record("primary", {
  zoneId: zone.zoneId,
  name: "agents.example.com",
  type: "A",
  ttl: 60,
  records: ["192.0.2.1"],
  setIdentifier: "primary",
  healthCheckId: check.id,
  failoverRoutingPolicies: [{ type: "PRIMARY" }],
});
const key = new aws.kms.Key("key", { enableKeyRotation: true });
const bucket = new aws.s3.Bucket("backups", { tags: { purpose: "backup" } });
new aws.s3.BucketVersioning("versioning", {
  bucket: bucket.id,
  versioningConfiguration: { status: "Enabled" },
});
const secret = new aws.secretsmanager.Secret("secret", {});
new aws.secretsmanager.SecretVersion("version", { secretId: secret.id, secretString: "canary-of-aws" });

export const zoneArn = zone.arn;
export const keyArn = key.arn;
export const bucketName = bucket.bucket;
export const secretArn = secret.arn;
