import { z } from "zod";
import { DURATION_BUCKETS_SECONDS } from "../../agent-runtime/src/contract.ts";
import { httpsUrl, objectName, secretReference } from "./fields.ts";
import { relation } from "./relations.ts";

const ratio = z.number().gt(0).max(1);

const channel = z
  .string()
  .max(80)
  .regex(/^#[a-z0-9][a-z0-9_-]*$/)
  .meta({ allowed: "a channel such as #agents-alerts" });

const email = z.email().meta({ allowed: "an e-mail address" });

const pagerDuty = z.strictObject({
  routingKeySecret: secretReference.describe(
    "Existing Secret in namespace ai-agents with the integration key (Events API v2)",
  ),
});

const slack = z.strictObject({
  webhookSecret: secretReference.describe("Existing Secret in namespace ai-agents with the webhook's URL"),
  platformChannel: channel.describe("Channel of those who run the platform"),
  agentsChannel: channel.describe("Channel of those whose agents use it"),
});

const mail = z.strictObject({
  to: email.describe("Who gets it"),
  from: email.describe("Who it comes from"),
  smarthost: z
    .string()
    .max(253)
    .regex(/^[a-z0-9.-]+:\d{1,5}$/)
    .meta({ allowed: "host and port of the mail server, such as mail.example.com:587" })
    .describe("Mail server that takes it"),
  username: z.string().min(1).max(253).exactOptional().describe("User at the mail server"),
  passwordSecret: secretReference
    .exactOptional()
    .describe("Existing Secret in namespace ai-agents with the password at the mail server"),
});

const alerting = z.strictObject({
  pagerDuty: pagerDuty.exactOptional().describe("Wakes people up: gets what is critical"),
  slack: slack.exactOptional().describe("Gets what is critical or a warning, in the channel of the team"),
  email: mail.exactOptional().describe("Gets everything, once a day again while it lasts"),
  watchdogUrlSecret: secretReference
    .exactOptional()
    .describe(
      "Existing Secret with the URL that is called every minute while alerts arrive; the service behind it raises the alarm when the calls stop",
    ),
});

const thresholds = z.strictObject({
  errorRatio: ratio.default(0.1).describe("Part of the requests that may fail over 5 minutes"),
  latencyP95Seconds: z
    .number()
    .gt(0)
    .max(3600)
    .default(30)
    .describe("95th percentile of the duration, in seconds"),
  tokensPerHour: z
    .int()
    .min(1)
    .exactOptional()
    .describe(
      "Tokens that an agent type may use within an hour; when not stated three times what its daily budget has for an hour at the dearest price of a token, and 100,000 without a budget",
    ),
  memoryRatio: ratio.default(0.8).describe("Part of the memory limit that a pod may use"),
  upstreamFailureRatio: ratio
    .default(0.05)
    .describe("Part of the requests that may meet a failure of the upstream"),
  headroomRatio: ratio.default(0.1).describe("What should be left of the upstream's own limits"),
  budgetRatio: ratio.default(0.8).describe("Part of a budget that may be used before somebody is told"),
});

const objectives = z.strictObject({
  availabilityPercent: z
    .number()
    .min(90)
    .max(99.999)
    .default(99.95)
    .describe("Part of the requests that succeed, in percent; alerts tell when the rest is used up too fast"),
  latencyP95Seconds: z
    .literal([...DURATION_BUCKETS_SECONDS])
    .default(8.2)
    .meta({ allowed: `a bound of the duration histogram: ${DURATION_BUCKETS_SECONDS.join(", ")}` })
    .describe("Seconds within which 95 % of the requests are answered"),
});

const labelText = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/)
  .meta({ allowed: "the value of a Kubernetes label" });

const needsRunbooks = relation(
  z.looseObject({ enabled: z.boolean(), runbooksUrl: z.unknown().optional() }),
  ({ enabled, runbooksUrl }) =>
    !enabled || runbooksUrl !== undefined
      ? []
      : [
          {
            path: ["runbooksUrl"],
            got: "nothing",
            allowed: "the https address of the folder docs/runbooks, where people on call can read it",
            fix: "state where you publish docs/runbooks, or set enabled to false",
          },
        ],
);

/** Metrics, alerts and dashboards. */
export const observabilitySchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe(
        "Makes ServiceMonitors, PrometheusRules, an AlertmanagerConfig and dashboards; needs the CRDs of the Prometheus Operator",
      ),
    runbooksUrl: httpsUrl
      .exactOptional()
      .describe("Address of the folder with the runbooks (docs/runbooks); every alert links there"),
    grafanaUrl: httpsUrl.exactOptional().describe("Address of Grafana; alerts link to its dashboards"),
    logsUrl: httpsUrl.exactOptional().describe("Address at which logs are searched; dashboards link there"),
    labels: z
      .record(objectName, labelText)
      .default({})
      .describe("Labels by which your Prometheus selects monitors and rules, such as release: prometheus"),
    alerting: alerting.prefault({}).describe("Who is told of alerts"),
    thresholds: thresholds.prefault({}).describe("Figures at which alerts fire"),
    objectives: objectives.prefault({}).describe("What is promised to clients"),
  })
  .check(needsRunbooks);

/** The same with every default filled in. */
export type ObservabilitySettings = z.output<typeof observabilitySchema>;
