import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type AgentSpec, agentsSchema } from "./config/agents-schema.ts";
import { ConfigError, faultsOf } from "./config/faults.ts";
import type { Region } from "./region.ts";

/** A class of agents as it is asked for; what is not stated has its default. */
export type AgentRequest = z.input<typeof agentsSchema>[number];

/** Where a class of agents is to be found. */
export interface AgentDeployment {
  /** Name of the class and the image that it runs, such as `production/support@0123456789ab`. */
  readonly id: pulumi.Output<string>;
  /** One entry for each region, in their order. */
  readonly endpoints: readonly AgentEndpoint[];
}

export interface AgentEndpoint {
  readonly region: string;
  /** Base URL for clients within the region's cluster. */
  readonly internalUrl: pulumi.Output<string>;
  /** Base URL for everybody else, the same in all regions. Absent where the class has no host name of its own. */
  readonly url?: string;
}

/**
 * Deploys a class of agents to these regions: pods, a Service, budgets for disruption, monitoring and an autoscaler.
 *
 * @throws ConfigError that lists every fault of `request`
 */
export function deployAgent(request: AgentRequest, regions: readonly Region[]): AgentDeployment {
  const spec = parseRequest(request);
  const deployed = regions.map((region) => ({ region, agent: region.addAgent(spec) }));
  const [first] = deployed;
  if (first === undefined) throw new Error(`The agent class ${spec.name} has no region to go to.`);
  return {
    id: pulumi.interpolate`${pulumi.getStack()}/${spec.name}@${first.agent.version}`,
    endpoints: deployed.map(({ region, agent: { internalUrl, url } }) => ({
      region: region.summary.name,
      internalUrl,
      ...(url === undefined ? {} : { url }),
    })),
  };
}

function parseRequest(request: AgentRequest): AgentSpec {
  const parsed = agentsSchema.safeParse([request]);
  const [spec] = parsed.data ?? [];
  if (spec !== undefined) return spec;
  const issues = (parsed.error?.issues ?? []).map((issue) => ({ ...issue, path: ["agents", ...issue.path] }));
  const faults = faultsOf(new z.ZodError(issues), { agents: [request] });
  throw new ConfigError(pulumi.getStack(), pulumi.getProject(), faults);
}
