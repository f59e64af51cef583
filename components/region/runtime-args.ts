import type * as pulumi from "@pulumi/pulumi";
import { DEFAULT_MAX_BODY_BYTES, ENV, GATEWAY_CONFIG_FILE, PORTS } from "../../agent-runtime/src/contract.ts";
import type { SecretReference } from "../agent-pod.ts";
import type { AgentServiceArgs } from "../agent-service.ts";
import type { RegionConfig, StackConfig } from "../config.ts";
import type { Tier } from "../naming.ts";
import type { Postgres } from "../postgres.ts";
import { parseMemoryBytes, type Quantities, type Resources } from "../quantity.ts";
import type { Valkey } from "../valkey.ts";
import { rolloutArgs } from "./scaling-args.ts";

/** What all pods of the runtime in a region have in common. */
export interface RuntimeContext {
  readonly region: RegionConfig;
  readonly stack: StackConfig;
  /** Hashes of the keys that clients of the gateway send, separated by commas. */
  readonly gatewayKeySha256: pulumi.Input<string>;
  /** Secret under which the runtime hashes the keys that it stores. */
  readonly keyHashSecret: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
  readonly priorityClassName: pulumi.Input<string>;
  /** The region's own store, where it has one. */
  readonly valkey?: Valkey;
  readonly database: Pick<Postgres, "url" | "urlSecret">;
}

/** What is one workload's own: the coordinator's, or that of a class of agents. */
export interface Workload extends Resources {
  readonly tier: Tier;
  /** Default: the stack's. */
  readonly image?: string;
}

/** What the service of a workload is made from. */
export function runtimeArgs(context: RuntimeContext, workload: Workload): AgentServiceArgs {
  const { region, stack, namespace, priorityClassName } = context;
  const { requests, limits, tier, image = stack.image } = workload;
  const { maxTurnSeconds, spread } = stack.coordinator;
  return {
    namespace,
    tier,
    image,
    imagePullSecrets: stack.imagePullSecrets,
    environment: plainEnvironment(context, { image, tier, limits }),
    secretEnvironment: secretEnvironment(context),
    secretReferences: secretReferences(context),
    ...(stack.upstream.apiKeySecret === undefined ? {} : { upstreamKeySecret: stack.upstream.apiKeySecret }),
    ...(stack.valkey.tls === undefined
      ? {}
      : { storeAuthoritySecret: { name: stack.valkey.tls.secretName, key: "ca.crt" } }),
    files: { [GATEWAY_CONFIG_FILE]: gatewayFile(region, stack), ...stack.policies },
    resources: { requests, limits },
    maxTurnSeconds,
    spread,
    priorityClassName,
    ...rolloutArgs(stack, region.name),
  };
}

/** What the stack states, and this region's share of every cap. JSON, which is YAML as well. */
function gatewayFile({ share }: RegionConfig, { gateway }: StackConfig): string {
  return JSON.stringify({ ...gateway, budgets: { ...gateway.budgets, regionShare: share } }, null, 2);
}

function plainEnvironment(
  { region, stack, valkey }: RuntimeContext,
  { image, tier, limits }: { image: string; tier: Tier; limits: Quantities },
): Record<string, pulumi.Input<string>> {
  const { environment, upstream, coordinator, telemetry } = stack;
  return {
    [ENV.role]: "coordinator",
    [ENV.region]: region.name,
    [ENV.serviceVersion]: versionOf(image),
    [ENV.environment]: environment,
    ...(typeof tier === "string" ? {} : { [ENV.agentType]: tier.agent }),
    [ENV.host]: "0.0.0.0",
    [ENV.httpPort]: String(PORTS.http),
    [ENV.metricsPort]: String(PORTS.metrics),
    // For `kubectl port-forward` and commands within the pod alone: no Service and no network policy leads there.
    [ENV.opsHost]: "127.0.0.1",
    [ENV.opsPort]: String(PORTS.ops),
    [ENV.logLevel]: coordinator.logLevel,
    [ENV.upstream]: upstream.mode,
    [ENV.maxInFlightBytes]: String(maxInFlightBytes(limits.memory)),
    ...(upstream.baseUrl === undefined ? {} : { [ENV.anthropicBaseUrl]: upstream.baseUrl }),
    ...(telemetry.otlpEndpoint === undefined ? {} : { [ENV.otelEndpoint]: telemetry.otlpEndpoint }),
    ...(valkey === undefined ? {} : { [ENV.redisUrl]: valkey.url }),
  };
}

/** Bodies that are held at once take this part of the memory limit; the program and its heap need the rest. */
const BODIES_PART_OF_LIMIT = 0.25;

function maxInFlightBytes(memoryLimit: string): number {
  return Math.max(DEFAULT_MAX_BODY_BYTES, Math.floor(parseMemoryBytes(memoryLimit) * BODIES_PART_OF_LIMIT));
}

/** The first digits of the digest: enough to find the image by, short enough for a log line. */
export function versionOf(image: string): string {
  return image.replace(/^.*@sha256:/, "").slice(0, 12);
}

function secretEnvironment({ stack, gatewayKeySha256, keyHashSecret, valkey, database }: RuntimeContext) {
  return {
    [ENV.gatewayKeySha256]: gatewayKeySha256,
    [ENV.keyHashSecret]: keyHashSecret,
    ...(stack.anthropicApiKey === undefined ? {} : { [ENV.anthropicApiKey]: stack.anthropicApiKey }),
    ...(valkey === undefined ? {} : { [ENV.redisPassword]: valkey.password }),
    ...(database.url === undefined ? {} : { [ENV.databaseUrl]: database.url }),
  };
}

function secretReferences({
  stack: { valkey },
  database: { urlSecret },
}: RuntimeContext): Record<string, SecretReference> {
  return {
    ...(valkey.external === undefined ? {} : { [ENV.redisUrl]: valkey.external.urlSecret }),
    ...(urlSecret === undefined ? {} : { [ENV.databaseUrl]: urlSecret }),
  };
}
