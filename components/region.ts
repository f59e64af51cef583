import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  DEFAULT_MAX_BODY_BYTES,
  ENV,
  GATEWAY_CONFIG_FILE,
  NAMESPACE,
  PORTS,
} from "../agent-runtime/src/contract.ts";
import { AgentAutoscaler } from "./agent-autoscaler.ts";
import { AgentNetworkPolicy, type Destination } from "./agent-network-policy.ts";
import { AgentService, type AgentServiceArgs } from "./agent-service.ts";
import { closedWithin } from "./config/fields.ts";
import { isLoopback } from "./config/gateway-relations.ts";
import type { RegionConfig, StackConfig } from "./config.ts";
import type { SecretReference } from "./coordinator-pod.ts";
import { NamespaceLimits, type PodDemand } from "./namespace-limits.ts";
import { RESTRICTED_NAMESPACE_LABELS } from "./pod-security.ts";
import { parseMemoryBytes } from "./quantity.ts";
import { Valkey } from "./valkey.ts";

export interface RegionArgs {
  /** This region's own part of the configuration. */
  readonly region: RegionConfig;
  /** What all regions have in common. */
  readonly stack: StackConfig;
  /** Hash of the key that clients of the gateway send. */
  readonly gatewayKeySha256: pulumi.Input<string>;
  /** Secret under which the runtime hashes the keys that it stores. */
  readonly keyHashSecret: pulumi.Input<string>;
}

/** What a region looks like from outside, for the summary, the front door and DNS. */
export interface RegionSummary {
  readonly name: string;
  readonly role: "primary" | "standby";
  readonly context: string;
  readonly namespace: pulumi.Output<string>;
  readonly deployment: pulumi.Output<string>;
  readonly service: pulumi.Output<string>;
}

const HTTPS_PORT = 443;
const HTTP_PORT = 80;

/** One cluster with a complete platform in it; regions share nothing but the image and what keys are recognised by. */
export class Region extends pulumi.ComponentResource {
  readonly summary: RegionSummary;

  constructor(name: string, args: RegionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:region:Region", name, {}, opts);
    const { region, stack } = args;

    const provider = new k8s.Provider(
      `${name}-cluster`,
      {
        context: region.context,
        ...(region.kubeconfig === undefined ? {} : { kubeconfig: region.kubeconfig }),
      },
      { parent: this },
    );
    const child = { parent: this, providers: { kubernetes: provider } };
    const metadata = { name: NAMESPACE, labels: RESTRICTED_NAMESPACE_LABELS };
    const namespaceObject = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata },
      { parent: this, provider },
    );
    const namespace = namespaceObject.metadata.name;

    const limits = new NamespaceLimits(`${name}-limits`, { namespace, demand: demandOf(stack) }, child);
    const network = new AgentNetworkPolicy(`${name}-network`, { namespace, ...networkArgs(stack) }, child);
    // Pods must not run before the rules that confine them.
    const confined = { ...child, dependsOn: [limits, network] };
    const valkey =
      stack.valkey.external === undefined
        ? new Valkey(
            `${name}-valkey`,
            { namespace, imagePullSecrets: stack.imagePullSecrets, ...stack.valkey },
            confined,
          )
        : undefined;
    const service = new AgentService(
      `${name}-coordinator`,
      { namespace, ...coordinatorArgs(args, valkey) },
      confined,
    );
    const { deploymentName } = service;
    new AgentAutoscaler(`${name}-autoscaler`, { namespace, deploymentName, ...stack.coordinator }, child);

    this.summary = {
      name: region.name,
      role: region.role,
      context: region.context,
      namespace,
      deployment: deploymentName,
      service: service.serviceName,
    };
    this.registerOutputs({ summary: this.summary });
  }
}

/** Rollout upon rollout (a change and its rollback): two generations may still be finishing turns when the third is there. */
const GENERATIONS = 3;

function demandOf({ coordinator, valkey }: StackConfig): PodDemand[] {
  const coordinators = { pods: GENERATIONS * coordinator.maxReplicas, containers: [coordinator], volumes: 0 };
  if (valkey.external !== undefined) return [coordinators];
  return [coordinators, { pods: valkey.replicas, containers: [valkey, valkey.sentinel], volumes: 1 }];
}

function networkArgs({ networkPolicy, upstream, valkey, gateway, telemetry }: StackConfig) {
  const upstreams = upstream.mode === "anthropic" ? networkPolicy.upstreamCidrs : [];
  const issuerPorts = portsOfIssuers(gateway);
  // A rule without ports would open all of them.
  const issuers = issuerPorts.length === 0 ? [] : networkPolicy.identityCidrs;
  const collectors = telemetry.otlpEndpoint === undefined ? [] : networkPolicy.telemetryCidrs;
  const open =
    (ports: readonly number[]) =>
    (cidr: string): Destination => ({ cidr, except: closedWithin(cidr), ports });
  return {
    ingressNamespaces: networkPolicy.ingressNamespaces,
    monitoringNamespaces: networkPolicy.monitoringNamespaces,
    dnsCidrs: networkPolicy.dnsCidrs,
    hasValkey: valkey.external === undefined,
    destinations: [
      ...upstreams.map(open([portOf(upstream.baseUrl)])),
      ...issuers.map(open(issuerPorts)),
      ...collectors.map(open([portOf(telemetry.otlpEndpoint)])),
      ...(valkey.external?.cidrs ?? []).map(open(valkey.external?.ports ?? [])),
    ],
  };
}

/** Of those outside the pod. */
function portsOfIssuers({ identity }: StackConfig["gateway"]): number[] {
  const urls = (identity?.jwt ?? []).map(({ jwksUrl }) => jwksUrl);
  const remote = urls.filter((url) => !isLoopback(new URL(url).hostname));
  return [...new Set(remote.map(portOf))];
}

function portOf(url: string | undefined): number {
  if (url === undefined) return HTTPS_PORT;
  const { port, protocol } = new URL(url);
  return Number(port || (protocol === "http:" ? HTTP_PORT : HTTPS_PORT));
}

function coordinatorArgs(args: RegionArgs, valkey?: Valkey): Omit<AgentServiceArgs, "namespace"> {
  const { region, stack } = args;
  const { coordinator } = stack;
  return {
    image: stack.image,
    imagePullSecrets: stack.imagePullSecrets,
    environment: plainEnvironment(region, stack, valkey),
    secretEnvironment: secretEnvironment(args, valkey),
    secretReferences: secretReferences(stack),
    ...(stack.upstream.apiKeySecret === undefined ? {} : { upstreamKeySecret: stack.upstream.apiKeySecret }),
    files: { [GATEWAY_CONFIG_FILE]: gatewayFile(region, stack), ...stack.policies },
    resources: { requests: coordinator.requests, limits: coordinator.limits },
    maxTurnSeconds: coordinator.maxTurnSeconds,
    spread: coordinator.spread,
  };
}

/** What the stack states, and this region's share of every cap. JSON, which is YAML as well. */
function gatewayFile({ share }: RegionConfig, { gateway }: StackConfig): string {
  return JSON.stringify({ ...gateway, budgets: { ...gateway.budgets, regionShare: share } }, null, 2);
}

function plainEnvironment(
  region: RegionConfig,
  { environment, image, upstream, coordinator, telemetry }: StackConfig,
  valkey?: Valkey,
) {
  return {
    [ENV.role]: "coordinator",
    [ENV.region]: region.name,
    [ENV.serviceVersion]: versionOf(image),
    [ENV.environment]: environment,
    [ENV.host]: "0.0.0.0",
    [ENV.httpPort]: String(PORTS.http),
    [ENV.metricsPort]: String(PORTS.metrics),
    // For `kubectl port-forward` and commands within the pod alone: no Service and no network policy leads there.
    [ENV.opsHost]: "127.0.0.1",
    [ENV.opsPort]: String(PORTS.ops),
    [ENV.logLevel]: coordinator.logLevel,
    [ENV.upstream]: upstream.mode,
    [ENV.maxInFlightBytes]: String(maxInFlightBytes(coordinator.limits.memory)),
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
function versionOf(image: string): string {
  return image.replace(/^.*@sha256:/, "").slice(0, 12);
}

function secretEnvironment({ stack, gatewayKeySha256, keyHashSecret }: RegionArgs, valkey?: Valkey) {
  return {
    [ENV.gatewayKeySha256]: gatewayKeySha256,
    [ENV.keyHashSecret]: keyHashSecret,
    ...(stack.anthropicApiKey === undefined ? {} : { [ENV.anthropicApiKey]: stack.anthropicApiKey }),
    ...(valkey === undefined ? {} : { [ENV.redisPassword]: valkey.password }),
  };
}

function secretReferences({ valkey }: StackConfig): Record<string, SecretReference> {
  return valkey.external === undefined ? {} : { [ENV.redisUrl]: valkey.external.urlSecret };
}
