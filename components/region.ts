import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { NAMESPACE } from "../agent-runtime/src/contract.ts";
import { AgentAutoscaler } from "./agent-autoscaler.ts";
import { AgentClass } from "./agent-class.ts";
import { AgentNetworkPolicy } from "./agent-network-policy.ts";
import { AgentService } from "./agent-service.ts";
import type { AgentSpec } from "./config/agents-schema.ts";
import type { RegionConfig, StackConfig } from "./config.ts";
import { agentRoutes } from "./exposure/hosts.ts";
import { Exposure } from "./exposure.ts";
import { NamespaceLimits } from "./namespace-limits.ts";
import { Observability } from "./observability.ts";
import { RESTRICTED_NAMESPACE_LABELS } from "./pod-security.ts";
import { Postgres } from "./postgres.ts";
import { PriorityClasses } from "./priority-classes.ts";
import { networkArgs } from "./region/network-args.ts";
import { observabilityFacts } from "./region/observability-facts.ts";
import { demandOf } from "./region/pod-demand.ts";
import { postgresArgs, type StoreObjects } from "./region/postgres-args.ts";
import { type RuntimeContext, runtimeArgs } from "./region/runtime-args.ts";
import { scalingArgs } from "./region/scaling-args.ts";
import { type RegionRoles, secretsSettings } from "./region/secrets-settings.ts";
import { Secrets } from "./secrets.ts";
import { Valkey } from "./valkey.ts";

export interface RegionArgs {
  /** This region's own part of the configuration. */
  readonly region: RegionConfig;
  /** What all regions have in common. */
  readonly stack: StackConfig;
  /** Hashes of the keys that clients of the gateway send, separated by commas. */
  readonly gatewayKeySha256: pulumi.Input<string>;
  /** Secret under which the runtime hashes the keys that it stores. */
  readonly keyHashSecret: pulumi.Input<string>;
  /** Roles that pods of this region take on in AWS. Default: none. */
  readonly roles?: RegionRoles;
}

/** What a region looks like from outside, for the summary, the front door and DNS. */
export interface RegionSummary {
  readonly name: string;
  readonly role: "primary" | "standby";
  readonly context: string;
  readonly namespace: pulumi.Output<string>;
  readonly deployment: pulumi.Output<string>;
  readonly service: pulumi.Output<string>;
  /** Base URLs from outside, that of all regions first. Empty where it is exposed under every name, or not at all. */
  readonly urls: readonly string[];
}

/** One cluster with a complete platform in it; regions share nothing but the image and what keys are recognised by. */
export class Region extends pulumi.ComponentResource {
  /** What the stack tells of the region. */
  readonly summary: RegionSummary;
  readonly #context: RuntimeContext;
  readonly #confined: pulumi.ComponentResourceOptions;

  constructor(name: string, args: RegionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:region:Region", name, {}, opts);
    const { region, stack, roles = {} } = args;

    const provider = clusterOf(name, region, this);
    const child = { parent: this, providers: { kubernetes: provider } };
    const namespaceObject = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: NAMESPACE, labels: RESTRICTED_NAMESPACE_LABELS } },
      { parent: this, provider },
    );
    const namespace = namespaceObject.metadata.name;
    const priorities = new PriorityClasses(`${name}-priorities`, child);
    const limits = new NamespaceLimits(`${name}-limits`, { namespace, demand: demandOf(stack) }, child);
    const network = new AgentNetworkPolicy(`${name}-network`, { namespace, ...networkArgs(stack) }, child);
    const secrets = new Secrets(
      `${name}-secrets`,
      { namespace, settings: secretsSettings(stack, region, roles) },
      child,
    );
    // Pods must not run before the rules that confine them, nor wait for Secrets that nobody has asked for.
    this.#confined = { ...child, dependsOn: [limits, network, secrets] };

    const storeObjects = { namespace, priorityClassName: priorities.store };
    const valkey = this.#addValkey(name, stack, storeObjects);
    const database = new Postgres(
      `${name}-postgres`,
      postgresArgs(region, stack, storeObjects, roles),
      this.#confined,
    );
    this.#context = {
      ...args,
      namespace,
      database,
      priorityClassName: priorities.serving,
      ...(valkey === undefined ? {} : { valkey }),
    };
    const tier = "coordinator";
    const service = new AgentService(
      `${name}-coordinator`,
      runtimeArgs(this.#context, { tier, ...stack.coordinator }),
      this.#confined,
    );
    const { deploymentName } = service;
    const scaling = { namespace, tier, deploymentName, ...stack.coordinator } as const;
    new AgentAutoscaler(
      `${name}-autoscaler`,
      { ...scaling, ...scalingArgs(stack, region.name, tier) },
      child,
    );

    const { urls } = this.#expose(name, service.serviceName, child);

    if (stack.observability.enabled) {
      const facts = observabilityFacts(region, stack);
      const args = { namespace, facts, settings: stack.observability };
      new Observability(`${name}-observability`, args, child);
    }

    this.summary = {
      name: region.name,
      role: region.name === stack.failover.primary ? "primary" : "standby",
      context: region.context,
      namespace,
      deployment: deploymentName,
      service: service.serviceName,
      urls,
    };
    this.registerOutputs({ summary: this.summary });
  }

  /** Adds a class of agents beside the coordinator. The namespace's quota has room for those of the configuration. */
  addAgent(spec: AgentSpec): AgentClass {
    const { name } = this.summary;
    return new AgentClass(`${name}-agent-${spec.name}`, { spec, context: this.#context }, this.#confined);
  }

  #expose(name: string, coordinator: pulumi.Input<string>, child: pulumi.ComponentResourceOptions): Exposure {
    const { namespace, region, stack } = this.#context;
    const {
      exposure: settings,
      agents,
      coordinator: { maxTurnSeconds },
    } = stack;
    return new Exposure(
      `${name}-exposure`,
      {
        namespace,
        region: region.name,
        settings,
        coordinator,
        agents: agentRoutes(settings, agents),
        maxTurnSeconds,
      },
      child,
    );
  }

  #addValkey(name: string, stack: StackConfig, objects: StoreObjects): Valkey | undefined {
    if (stack.valkey.external !== undefined) return undefined;
    const { imagePullSecrets, rotation, valkey } = stack;
    const {
      exporter: { enabled, ...exporter },
      ...settings
    } = valkey;
    const args = {
      ...objects,
      ...settings,
      imagePullSecrets,
      rotation: rotation.valkey,
      ...(enabled ? { exporter } : {}),
    };
    return new Valkey(`${name}-valkey`, args, this.#confined);
  }
}

function clusterOf(name: string, { context, kubeconfig }: RegionConfig, parent: Region): k8s.Provider {
  return new k8s.Provider(
    `${name}-cluster`,
    { context, ...(kubeconfig === undefined ? {} : { kubeconfig }) },
    { parent },
  );
}
