import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import { agentsSchema } from "./agents-schema.ts";
import { coordinatorSchema, spread } from "./coordinator-schema.ts";
import { admittedController, distinctHosts, safeInProduction } from "./exposure-relations.ts";
import { exposureSchema } from "./exposure-schema.ts";
import { failoverSchema, primaryAmongRegions, weightsOfRegions } from "./failover-schema.ts";
import {
  cidr,
  collectorUrl,
  contextName,
  httpsUrl,
  imageReference,
  kubeconfigPath,
  label,
  memory,
  objectName,
  resourceFields,
  secretReference,
  valkeyPods,
} from "./fields.ts";
import { reachableIssuers } from "./gateway-relations.ts";
import { gatewaySchema } from "./gateway-schema.ts";
import { networkPolicySchema } from "./network-policy-schema.ts";
import { observabilitySchema } from "./observability-schema.ts";
import { policiesSchema } from "./policies-schema.ts";
import { productionRules } from "./production-relations.ts";
import {
  distinctClusters,
  distinctNames,
  majorityQuorum,
  oddReplicas,
  oneApiKey,
  reachableCollector,
  replicasToConfirm,
  requestsWithinLimits,
  sharesSumToOne,
  simulatedHasNoUpstream,
} from "./relations.ts";
import { rotationSchema } from "./rotation-schema.ts";

const region = z.strictObject({
  name: label(24).describe("Short name of the region; part of the names of its resources"),
  context: contextName.describe("Context of the kubeconfig that leads to the region's cluster"),
  kubeconfig: kubeconfigPath
    .exactOptional()
    .describe("Path of the kubeconfig; without it KUBECONFIG or ~/.kube/config is used"),
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

const sentinel = z
  .strictObject(resourceFields(DEFAULTS.valkey.sentinel))
  .check(...requestsWithinLimits)
  .describe("Resources of the Sentinel beside each Valkey");

const externalStore = z.strictObject({
  urlSecret: secretReference.describe(
    "Existing Secret that holds the redis://, rediss:// or redis+sentinel:// URL",
  ),
  cidrs: z.array(cidr).min(1).max(50).describe("Address ranges of the store, opened for the coordinator"),
  ports: z.array(z.int().min(1).max(65535)).min(1).max(10).default([6379]).describe("TCP ports of the store"),
});

const valkey = z
  .strictObject({
    external: externalStore
      .exactOptional()
      .describe("Use this store instead of making one; the other keys of valkey then have no effect"),
    image: imageReference
      .default(DEFAULTS.images.valkey)
      .describe("Image with valkey or redis, server and cli"),
    replicas: valkeyPods
      .default(DEFAULTS.valkey.replicas)
      .describe(
        "Pods, each a Valkey and a Sentinel; an odd number, so that one side of a cut has a majority",
      ),
    quorum: z
      .int()
      .min(2)
      .max(7)
      .exactOptional()
      .describe("Sentinels that must agree; a majority when not stated"),
    minReplicasToWrite: z
      .int()
      .min(0)
      .max(6)
      .default(DEFAULTS.valkey.minReplicasToWrite)
      .describe("Replicas that must be in contact for the master to take writes"),
    storage: memory.default(DEFAULTS.valkey.storage).describe("Size of each volume"),
    storageClass: objectName
      .exactOptional()
      .describe("Storage class of the volumes; the cluster's default when not stated"),
    ...resourceFields(DEFAULTS.valkey),
    sentinel: sentinel.prefault({}),
    spread: spread.default("hard"),
  })
  .check(oddReplicas, majorityQuorum, replicasToConfirm, ...requestsWithinLimits);

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
    valkey: valkey.prefault({}).describe("The store of budgets, limits and queues"),
    rotation: rotationSchema.prefault({}).describe("Generations of the generated passwords"),
    observability: observabilitySchema.prefault({}).describe("Metrics, alerts and dashboards"),
    networkPolicy: networkPolicySchema.prefault({}).describe("Who may talk to whom"),
  })
  .check(
    primaryAmongRegions,
    weightsOfRegions,
    ...productionRules,
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
