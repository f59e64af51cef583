import { z } from "zod";
import { agentsSchema } from "./agents-schema.ts";
import { judgedRollouts } from "./autoscaling-relations.ts";
import { autoscalingSchema } from "./autoscaling-schema.ts";
import {
  alarmsHaveChecks,
  backupsHaveCopies,
  distinctAwsRegions,
  homeAmongRegions,
  ownIdentityProviders,
  placedInAws,
} from "./aws-relations.ts";
import { awsSchema, regionAwsSchema } from "./aws-schema.ts";
import { coordinatorSchema } from "./coordinator-schema.ts";
import { admittedController, distinctHosts, safeInProduction } from "./exposure-relations.ts";
import { exposureSchema } from "./exposure-schema.ts";
import {
  addressedRegions,
  failoverSchema,
  primaryAmongRegions,
  weightsOfRegions,
} from "./failover-schema.ts";
import {
  collectorUrl,
  contextName,
  hostAddress,
  httpsUrl,
  imageReference,
  kubeconfigPath,
  label,
  objectName,
  secretReference,
} from "./fields.ts";
import { reachableIssuers } from "./gateway-relations.ts";
import { gatewaySchema } from "./gateway-schema.ts";
import { networkPolicySchema } from "./network-policy-schema.ts";
import { observabilitySchema } from "./observability-schema.ts";
import { policiesSchema } from "./policies-schema.ts";
import { backupsMayBeWritten, durableInProduction } from "./postgres-relations.ts";
import { postgresSchema } from "./postgres-schema.ts";
import { productionRules } from "./production-relations.ts";
import {
  distinctClusters,
  distinctNames,
  oneApiKey,
  reachableCollector,
  sharesSumToOne,
  simulatedHasNoUpstream,
} from "./relations.ts";
import { rotationSchema } from "./rotation-schema.ts";
import { copiedReferences, secretsMayBeRead } from "./secrets-relations.ts";
import { secretsSchema } from "./secrets-schema.ts";
import { valkeySchema } from "./valkey-schema.ts";
import { workersSchema } from "./workers-schema.ts";

const region = z.strictObject({
  name: label(24).describe("Short name of the region; part of the names of its resources"),
  context: contextName.describe("Context of the kubeconfig that leads to the region's cluster"),
  kubeconfig: kubeconfigPath
    .exactOptional()
    .describe("Path of the kubeconfig; without it KUBECONFIG or ~/.kube/config is used"),
  address: hostAddress
    .exactOptional()
    .describe("DNS name or IPv4 address of the region's load balancer; DNS sends clients there"),
  aws: regionAwsSchema.exactOptional().describe("What AWS has to know of the region, in a stack with aws"),
  share: z
    .number()
    .gt(0)
    .max(1)
    .exactOptional()
    .describe("Part of every budget that this region may spend; equal parts when no region states one"),
});

const regions = z
  .array(region)
  .min(1)
  .max(10)
  .check(distinctNames("regions"), distinctClusters, sharesSumToOne)
  .describe("The regions of this stack, 1 to 10");

const upstream = z
  .strictObject({
    mode: z
      .enum(["anthropic", "simulated"])
      .describe("anthropic calls the real API; simulated answers by a built-in imitation, labelled so"),
    baseUrl: httpsUrl.exactOptional().describe("Address of the API instead of https://api.anthropic.com"),
    apiKeySecret: secretReference
      .exactOptional()
      .describe(
        "Existing Secret in namespace ai-agents of every region that holds the API key, or several, one a line; a changed one is taken over without a restart",
      ),
  })
  .check(simulatedHasNoUpstream);

const telemetry = z.strictObject({
  otlpEndpoint: collectorUrl
    .exactOptional()
    .describe("Collector that takes traces by OTLP over HTTP, without /v1/traces; not stated: no traces"),
});

/** The whole configuration of a stack: every key that may stand in `Pulumi.<stack>.yaml`, and nothing else. */
export const configSchema = z
  .strictObject({
    environment: label(32).describe("Label of this installation in logs, metrics and resources"),
    image: imageReference.describe("Image of the agent runtime"),
    imagePullSecrets: z
      .array(objectName)
      .max(5)
      .default([])
      .describe("Existing Secrets in namespace ai-agents of every region that let the nodes pull the images"),
    regions,
    failover: failoverSchema
      .prefault({})
      .describe("Which region gets how much of the traffic; changing it moves traffic and nothing else"),
    coordinator: coordinatorSchema.prefault({}).describe("The pods that answer clients"),
    agents: agentsSchema
      .default([])
      .describe(
        "Classes of agents with pods, an autoscaler and an address of their own beside the coordinator",
      ),
    autoscaling: autoscalingSchema
      .prefault({})
      .describe("Who decides how many pods there are, and by which signals"),
    workers: workersSchema.prefault({}).describe("Pods that take work from a queue"),
    exposure: exposureSchema.prefault({}).describe("How clients outside the cluster reach the platform"),
    upstream: upstream.describe("Where answers come from"),
    anthropicApiKey: z
      .string()
      .min(8)
      .exactOptional()
      .describe(
        "The API key itself, as a Pulumi secret (pulumi config set --secret); instead of upstream.apiKeySecret",
      ),
    gateway: gatewaySchema
      .prefault({})
      .describe("Limits, budgets, fallbacks, caches and identity providers of the gateway"),
    policies: policiesSchema
      .default({})
      .describe(
        "Cedar policies beside the shipped ones, by file name. Each needs an @id; whether they name what exists is checked at the start of the new pods, and the old ones go on when it does not",
      ),
    telemetry: telemetry.prefault({}).describe("Where traces go"),
    valkey: valkeySchema.prefault({}).describe("The store of budgets, limits and queues"),
    postgres: postgresSchema.prefault({}).describe("The database"),
    secrets: secretsSchema.prefault({}).describe("Where the values of Secrets come from"),
    rotation: rotationSchema.prefault({}).describe("Generations of the generated passwords"),
    observability: observabilitySchema.prefault({}).describe("Metrics, alerts and dashboards"),
    aws: awsSchema
      .exactOptional()
      .describe("What the stack has in AWS: DNS, backups, keys, roles, alarms; without it nothing"),
    networkPolicy: networkPolicySchema.prefault({}).describe("Who may talk to whom"),
  })
  .check(
    primaryAmongRegions,
    weightsOfRegions,
    ...productionRules,
    placedInAws,
    distinctAwsRegions,
    homeAmongRegions,
    backupsHaveCopies,
    alarmsHaveChecks,
    ownIdentityProviders,
    addressedRegions,
    judgedRollouts,
    durableInProduction,
    copiedReferences,
    backupsMayBeWritten,
    secretsMayBeRead,
    oneApiKey,
    reachableIssuers,
    reachableCollector,
    safeInProduction,
    admittedController,
    distinctHosts,
  );

/** A stack's configuration as it is stated. */
export type ConfigValues = z.input<typeof configSchema>;

/** The same with every default filled in. */
export type ConfigInput = z.output<typeof configSchema>;
