import { z } from "zod";
import { DEFAULT_MAX_TURN_SECONDS } from "../../agent-runtime/src/contract.ts";
import { DEFAULTS } from "../defaults.ts";
import {
  cidr,
  collectorUrl,
  contextName,
  coordinatorPods,
  httpsUrl,
  imageReference,
  kubeconfigPath,
  label,
  memory,
  nameServerCidr,
  objectName,
  resourceFields,
  secretReference,
  valkeyPods,
} from "./fields.ts";
import { reachableIssuers } from "./gateway-relations.ts";
import { gatewaySchema } from "./gateway-schema.ts";
import { policiesSchema } from "./policies-schema.ts";
import {
  distinctClusters,
  distinctNames,
  exactlyOnePrimary,
  majorityQuorum,
  minimumUpToMaximum,
  oddReplicas,
  oneApiKey,
  reachableCollector,
  replicasToConfirm,
  requestsWithinLimits,
  sharesSumToOne,
  simulatedHasNoUpstream,
} from "./relations.ts";

const spread = z
  .enum(["soft", "hard"])
  .describe("soft prefers an even spread over zones, hard leaves a pod pending rather than break it");

const region = z.strictObject({
  name: label(24).describe("Short name of the region; part of the names of its resources"),
  role: z.enum(["primary", "standby"]).describe("The primary gets the traffic while it is healthy"),
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
  .check(distinctNames, distinctClusters, exactlyOnePrimary, sharesSumToOne)
  .describe("The regions of this stack, 1 to 10");

const coordinator = z
  .strictObject({
    minReplicas: coordinatorPods.default(DEFAULTS.coordinator.minReplicas).describe("Fewest pods"),
    maxReplicas: coordinatorPods.default(DEFAULTS.coordinator.maxReplicas).describe("Most pods"),
    ...resourceFields(DEFAULTS.coordinator),
    targetCpuPercent: z
      .int()
      .min(10)
      .max(95)
      .default(DEFAULTS.coordinator.targetCpuPercent)
      .describe("Mean CPU use, in percent of the request, that the autoscaler aims at"),
    targetMemoryPercent: z
      .int()
      .min(10)
      .max(95)
      .default(DEFAULTS.coordinator.targetMemoryPercent)
      .describe("Mean memory use, in percent of the request, that the autoscaler aims at"),
    maxTurnSeconds: z
      .int()
      .min(30)
      .max(3600)
      .default(DEFAULT_MAX_TURN_SECONDS)
      .describe(
        "Longest turn in seconds; pods get this long, and a margin, to finish before they are stopped",
      ),
    scaleUpStabilizationSeconds: z
      .int()
      .min(0)
      .max(60)
      .default(DEFAULTS.coordinator.scaleUpStabilizationSeconds)
      .describe("How long a need must last before pods are added"),
    scaleDownStabilizationSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(DEFAULTS.coordinator.scaleDownStabilizationSeconds)
      .describe("How long pods must be idle before the first is removed"),
    spread: spread.default("hard"),
    logLevel: z
      .enum(["debug", "info", "warn", "error"])
      .default("info")
      .describe("Least severe log line written"),
  })
  .check(minimumUpToMaximum, ...requestsWithinLimits);

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

const networkPolicy = z.strictObject({
  ingressNamespaces: z
    .array(label(63))
    .max(20)
    .default([...DEFAULTS.networkPolicy.ingressNamespaces])
    .describe("Namespaces whose pods may call the coordinator"),
  monitoringNamespaces: z
    .array(label(63))
    .max(20)
    .default([...DEFAULTS.networkPolicy.monitoringNamespaces])
    .describe("Namespaces whose pods may read metrics"),
  dnsCidrs: z
    .array(nameServerCidr)
    .max(20)
    .default([...DEFAULTS.networkPolicy.dnsCidrs])
    .describe(
      "Address ranges of name servers beside the cluster's DNS pods, on port 53; such as a cache on each node",
    ),
  upstreamCidrs: z
    .array(cidr)
    .min(1)
    .max(50)
    .default([...DEFAULTS.networkPolicy.upstreamCidrs])
    .describe(
      "Address ranges that the coordinator may call on the port of upstream.baseUrl, which is 443 by default",
    ),
  identityCidrs: z
    .array(cidr)
    .max(50)
    .default([...DEFAULTS.networkPolicy.identityCidrs])
    .describe(
      "Address ranges of the hosts in gateway.identity.jwt[].jwksUrl, opened for the coordinator on the ports of these URLs; required with such an issuer",
    ),
  telemetryCidrs: z
    .array(cidr)
    .max(50)
    .default([...DEFAULTS.networkPolicy.telemetryCidrs])
    .describe(
      "Address ranges of the host in telemetry.otlpEndpoint (of its pods, where it is in the cluster), opened for the coordinator on the port of that URL, which has to be that of the pods; required with an endpoint",
    ),
});

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
    coordinator: coordinator.prefault({}).describe("The pods that answer clients"),
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
    networkPolicy: networkPolicy.prefault({}).describe("Who may talk to whom"),
  })
  .check(oneApiKey, reachableIssuers, reachableCollector);

/** A stack's configuration as it is stated. */
export type ConfigValues = z.input<typeof configSchema>;

/** The same with every default filled in. */
export type ConfigInput = z.output<typeof configSchema>;
