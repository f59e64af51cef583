import * as pulumi from "@pulumi/pulumi";
import { AgentAutoscaler } from "./agent-autoscaler.ts";
import { AgentService } from "./agent-service.ts";
import type { AgentSpec } from "./config/agents-schema.ts";
import { agentUrl } from "./exposure/hosts.ts";
import { clusterHost } from "./naming.ts";
import { type RuntimeContext, runtimeArgs, versionOf } from "./region/runtime-args.ts";
import { scalingArgs } from "./region/scaling-args.ts";

export interface AgentClassArgs {
  /** What the class is: an entry of the key `agents` of the stack. */
  readonly spec: AgentSpec;
  /** What this region gives to every pod of the runtime. */
  readonly context: RuntimeContext;
}

/** A class of agents in one region: pods of its own, which nobody else's load can starve, and their autoscaler. */
export class AgentClass extends pulumi.ComponentResource {
  /** Name of its Service. */
  readonly serviceName: pulumi.Output<string>;
  /** Base URL for clients within the cluster. */
  readonly internalUrl: pulumi.Output<string>;
  /** Base URL for everybody else. Absent where the class has no host name of its own. */
  readonly url?: string;
  /** First digits of the image's digest. */
  readonly version: string;

  constructor(name: string, { spec, context }: AgentClassArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:service:AgentClass", name, {}, opts);
    const child = { parent: this };
    const { namespace, stack, region } = context;
    const tier = { agent: spec.name };

    const service = new AgentService(`${name}-service`, runtimeArgs(context, { ...spec, tier }), child);
    const { deploymentName } = service;
    const { scaleUpStabilizationSeconds } = stack.coordinator;
    new AgentAutoscaler(
      `${name}-autoscaler`,
      {
        namespace,
        tier,
        deploymentName,
        ...spec,
        scaleUpStabilizationSeconds,
        ...scalingArgs(stack, region.name, tier),
      },
      child,
    );

    this.serviceName = service.serviceName;
    this.internalUrl = this.serviceName.apply((host) => `http://${clusterHost(host)}`);
    const url = agentUrl(stack.exposure, spec.name);
    if (url !== undefined) this.url = url;
    this.version = versionOf(spec.image ?? stack.image);
    this.registerOutputs({ serviceName: this.serviceName, internalUrl: this.internalUrl });
  }
}
