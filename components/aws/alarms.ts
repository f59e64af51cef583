import { CompositeAlarm } from "@pulumi/aws/cloudwatch/compositeAlarm.js";
import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import { Topic } from "@pulumi/aws/sns/topic.js";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy.js";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription.js";
import * as pulumi from "@pulumi/pulumi";
import { createAlarmKey } from "./alarm-key.ts";
import { accountPrincipal, policyDocument, refusePlainText, type Statement } from "./policy-document.ts";

export interface AlarmsArgs {
  /** The account, 12 digits. */
  readonly accountId: string;
  /** Label of the installation; part of the names. */
  readonly environment: string;
  /** Who gets mail. Each has to confirm once. */
  readonly emails: readonly string[];
  /** Addresses that get a POST signed by SNS. Each has to confirm once. */
  readonly httpsUrls: readonly string[];
  /** Health checks of Route 53, by region. */
  readonly healthCheckIds: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Route 53 reports its health checks here, wherever the regions are. */
const REGION = "us-east-1";

const PERIOD_SECONDS = 60;

/** A check that fails for a shorter time has moved the traffic and needs nobody. */
const UNHEALTHY_PERIODS = 2;

/** Tells people when Route 53 finds a region unhealthy: the alarm that does not depend on any cluster. */
export class Alarms extends pulumi.ComponentResource {
  /** Topic of SNS that every alarm goes to. */
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:aws:Alarms", name, {}, opts);
    const topic = this.#addTopic(name, args);

    const alarms = Object.entries(args.healthCheckIds).map(([region, healthCheckId]) =>
      this.#addRegionAlarm(`${name}-${region}`, alarmName(args, region), region, healthCheckId, topic.arn),
    );
    // With one region its own alarm says the same.
    if (alarms.length > 1) this.#addAllRegionsAlarm(name, args, alarms, topic.arn);

    this.topicArn = topic.arn;
    this.registerOutputs({ topicArn: this.topicArn });
  }
  #addTopic(name: string, args: AlarmsArgs): Topic {
    const child = { parent: this };
    const alarmArns = `arn:aws:cloudwatch:${REGION}:${args.accountId}:alarm:${alarmName(args, "*")}`;
    const key = createAlarmKey(`${name}-key`, { ...args, region: REGION, alarmArns }, child);
    const topic = new Topic(
      `${name}-topic`,
      {
        region: REGION,
        name: `claude-agents-${args.environment}-alarms`,
        kmsMasterKeyId: key.arn,
        signatureVersion: 2,
      },
      child,
    );
    const policy = policyDocument(topicPolicy(args.accountId, topic.arn, alarmArns));
    new TopicPolicy(`${name}-topic-policy`, { region: REGION, arn: topic.arn, policy }, child);
    const subscribe = (protocol: "email" | "https", endpoint: string) =>
      new TopicSubscription(
        `${name}-${protocol}-${endpoint}`,
        { region: REGION, topic: topic.arn, protocol, endpoint },
        child,
      );
    for (const email of args.emails) subscribe("email", email);
    for (const url of args.httpsUrls) subscribe("https", url);
    return topic;
  }

  #addRegionAlarm(
    name: string,
    alarm: string,
    region: string,
    healthCheckId: pulumi.Input<string>,
    topicArn: pulumi.Output<string>,
  ): MetricAlarm {
    return new MetricAlarm(
      `${name}-unhealthy`,
      {
        region: REGION,
        name: alarm,
        alarmDescription: `Region ${region} is unhealthy: Route 53 has taken it out of DNS.`,
        namespace: "AWS/Route53",
        metricName: "HealthCheckStatus",
        dimensions: { HealthCheckId: healthCheckId },
        statistic: "Minimum",
        comparisonOperator: "LessThanThreshold",
        threshold: 1,
        period: PERIOD_SECONDS,
        evaluationPeriods: UNHEALTHY_PERIODS,
        // Silence is no sign of health.
        treatMissingData: "breaching",
        alarmActions: [topicArn],
        okActions: [topicArn],
      },
      { parent: this },
    );
  }

  #addAllRegionsAlarm(
    name: string,
    args: AlarmsArgs,
    alarms: readonly MetricAlarm[],
    topicArn: pulumi.Output<string>,
  ): void {
    new CompositeAlarm(
      `${name}-all-regions-unhealthy`,
      {
        region: REGION,
        alarmName: alarmName(args, "all-regions"),
        alarmDescription: "All regions are unhealthy: Route 53 answers as if they were healthy.",
        alarmRule: pulumi.all(alarms.map((alarm) => alarm.name)).apply(allOf),
        alarmActions: [topicArn],
        okActions: [topicArn],
      },
      { parent: this },
    );
  }
}

/** @param region name of the region, or what stands for several */
function alarmName({ environment }: AlarmsArgs, region: string): string {
  return `claude-agents-${environment}-unhealthy-${region}`;
}

function allOf(names: readonly string[]): string {
  return names.map((name) => `ALARM("${name}")`).join(" AND ");
}

/** The alarms of this installation may publish, and nobody else who is not given the right by IAM of the account. */
function topicPolicy(accountId: string, topicArn: pulumi.Input<string>, alarmArns: string): Statement[] {
  return [
    {
      Sid: "Administration",
      Effect: "Allow",
      Principal: accountPrincipal(accountId),
      Action: [
        "sns:AddPermission",
        "sns:DeleteTopic",
        "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
        "sns:RemovePermission",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
      ],
      Resource: topicArn,
    },
    {
      Sid: "Alarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: "sns:Publish",
      Resource: topicArn,
      Condition: {
        StringEquals: { "aws:SourceAccount": accountId },
        ArnLike: { "aws:SourceArn": alarmArns },
      },
    },
    refusePlainText("sns:Publish", [topicArn]),
  ];
}
