/** Everything that a stack can have in AWS, with the traffic to region `primary`, deletable when `protect` is false. */
import * as pulumi from "@pulumi/pulumi";
import { provisionCloud } from "../../../../../components/aws/cloud.ts";
import { awsSchema } from "../../../../../components/config/aws-schema.ts";

const config = new pulumi.Config();
const accountId = "123456789012";
const oidcProviderArn = `arn:aws:iam::${accountId}:oidc-provider/issuer.example.com`;

const { vaultBuckets, topicArn, roleArns } = provisionCloud({
  environment: "test",
  settings: awsSchema.parse({
    accountId,
    dns: { zoneId: "Z0123456789" },
    backup: { bucketPrefix: "agents-test" },
    alarms: { emails: ["oncall@example.com"] },
    secrets: ["anthropic"],
    protect: config.getBoolean("protect") ?? true,
  }),
  regions: [
    { name: "eu", aws: { region: "eu-west-1", oidcProviderArn } },
    { name: "us", aws: { region: "us-east-2", oidcProviderArn } },
  ],
  dns: {
    host: "agents.example.com",
    regions: [
      { name: "eu", address: "eu.lb.example.com", awsRegion: "eu-west-1" },
      { name: "us", address: "us.lb.example.com", awsRegion: "us-east-2" },
    ],
    traffic: { routing: "failover", primary: config.get("primary") ?? "eu" },
    agents: [],
  },
});

export { roleArns, topicArn, vaultBuckets };
