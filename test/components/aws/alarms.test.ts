import { describe, expect, test } from "vitest";
import { Alarms, type AlarmsArgs } from "../../../components/aws/alarms.ts";
import { only, record, settled } from "../record-stack.ts";
import { ACCOUNT_ID, namesByType, REFUSE_PLAIN_TEXT, statementsOf } from "./sample-cloud.ts";

const REGION = "us-east-1";
const TOPIC_ARN = `arn:aws:sns:${REGION}:000000000000:claude-agents-prod-alarms`;
const FROM_ALARMS = {
  StringEquals: { "aws:SourceAccount": ACCOUNT_ID },
  ArnLike: {
    "aws:SourceArn": `arn:aws:cloudwatch:${REGION}:${ACCOUNT_ID}:alarm:claude-agents-prod-unhealthy-*`,
  },
};

async function build(changes: Partial<AlarmsArgs> = {}) {
  return await record(
    () =>
      new Alarms("alarms", {
        accountId: ACCOUNT_ID,
        environment: "prod",
        emails: ["oncall@example.com"],
        httpsUrls: ["https://hooks.example.com/aws"],
        healthCheckIds: { eu: "check-eu", us: "check-us" },
        ...changes,
      }),
  );
}

test("there is a topic with its key, an alarm for each region and one for all", async () => {
  const { resources, result } = await build();
  expect(namesByType(resources, "alarms")).toEqual({
    Alias: ["alarms-key-alias"],
    CompositeAlarm: ["alarms-all-regions-unhealthy"],
    Key: ["alarms-key"],
    MetricAlarm: ["alarms-eu-unhealthy", "alarms-us-unhealthy"],
    Topic: ["alarms-topic"],
    TopicPolicy: ["alarms-topic-policy"],
    TopicSubscription: ["alarms-email-oncall@example.com", "alarms-https-https://hooks.example.com/aws"],
  });
  expect(await settled(result.topicArn)).toBe(TOPIC_ARN);
});

test("everything is where Route 53 reports", async () => {
  const { resources } = await build();
  const made = resources.filter(({ type }) => type.startsWith("aws:"));
  expect(new Set(made.map(({ inputs }) => inputs.region))).toEqual(new Set([REGION]));
});

describe("an alarm", () => {
  test("of a region goes off after two minutes, and when nothing is heard", async () => {
    const { resources } = await build();
    const { alarmDescription, ...inputs } = only(
      resources,
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      "alarms-eu-unhealthy",
    ).inputs;
    expect(alarmDescription).toContain("Region eu");
    expect(inputs).toEqual({
      region: REGION,
      name: "claude-agents-prod-unhealthy-eu",
      namespace: "AWS/Route53",
      metricName: "HealthCheckStatus",
      dimensions: { HealthCheckId: "check-eu" },
      statistic: "Minimum",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      period: 60,
      evaluationPeriods: 2,
      treatMissingData: "breaching",
      alarmActions: [TOPIC_ARN],
      okActions: [TOPIC_ARN],
    });
  });

  test("of all regions goes off when each of theirs does", async () => {
    const { resources } = await build();
    const { alarmDescription, ...inputs } = only(
      resources,
      "aws:cloudwatch/compositeAlarm:CompositeAlarm",
      "alarms-all-regions-unhealthy",
    ).inputs;
    expect(alarmDescription).toContain("All regions");
    expect(inputs).toEqual({
      region: REGION,
      alarmName: "claude-agents-prod-unhealthy-all-regions",
      alarmRule: 'ALARM("claude-agents-prod-unhealthy-eu") AND ALARM("claude-agents-prod-unhealthy-us")',
      alarmActions: [TOPIC_ARN],
      okActions: [TOPIC_ARN],
    });
  });

  test("of all regions is not made for one", async () => {
    const { resources } = await build({ healthCheckIds: { eu: "check-eu" } });
    const names = namesByType(resources, "alarms");
    expect(names["MetricAlarm"]).toEqual(["alarms-eu-unhealthy"]);
    expect(names).not.toHaveProperty("CompositeAlarm");
  });
});

describe("the topic", () => {
  test("is encrypted with a key of its own that is rotated", async () => {
    const { resources } = await build();
    const { policy, ...key } = only(resources, "aws:kms/key:Key", "alarms-key").inputs;
    expect(policy).toBeDefined();
    expect(key).toEqual({
      region: REGION,
      description: "Alarms of the Claude agent platform prod",
      deletionWindowInDays: 30,
      enableKeyRotation: true,
    });
    const { kmsMasterKeyId, ...topic } = only(resources, "aws:sns/topic:Topic", "alarms-topic").inputs;
    expect(kmsMasterKeyId).toMatch(/^arn:aws:kms:us-east-1:0{12}:key\//);
    expect(topic).toEqual({ region: REGION, name: "claude-agents-prod-alarms", signatureVersion: 2 });
  });

  test("lets the alarms of this installation use its key, and nobody else", async () => {
    const { resources } = await build();
    const [administration, use, ...others] = statementsOf(resources, "aws:kms/key:Key", "alarms-key");
    expect(others).toEqual([]);
    expect([administration?.Action ?? []].flat().join()).not.toMatch(/\*|crypt|GenerateDataKey/);
    expect(use).toEqual({
      Sid: "UseByAlarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: FROM_ALARMS,
    });
  });

  test("takes messages of the alarms of this installation, never in plain text", async () => {
    const { resources } = await build();
    const [administration, alarms, plainText, ...others] = statementsOf(
      resources,
      "aws:sns/topicPolicy:TopicPolicy",
      "alarms-topic-policy",
    );
    expect(others).toEqual([]);
    expect(administration).toMatchObject({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` },
      Resource: TOPIC_ARN,
    });
    expect(administration?.Action).not.toContain("sns:Publish");
    expect(alarms).toEqual({
      Sid: "Alarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: "sns:Publish",
      Resource: TOPIC_ARN,
      Condition: FROM_ALARMS,
    });
    expect(plainText).toEqual({ ...REFUSE_PLAIN_TEXT, Action: "sns:Publish", Resource: [TOPIC_ARN] });
  });

  test.each([
    ["email", "oncall@example.com"],
    ["https", "https://hooks.example.com/aws"],
  ])("has a subscription by %s", async (protocol, endpoint) => {
    const { resources } = await build();
    expect(
      only(resources, "aws:sns/topicSubscription:TopicSubscription", `alarms-${protocol}-${endpoint}`).inputs,
    ).toEqual({ region: REGION, topic: TOPIC_ARN, protocol, endpoint });
  });
});
