import type * as pulumi from "@pulumi/pulumi";
import { COORDINATOR } from "../../agent-runtime/src/contract.ts";
import { type AgentTier, type Tier, workloadName } from "../naming.ts";

/** A class of agents that is reached from outside. */
export interface AgentRoute {
  readonly name: string;
  /** Its Service, which listens on port 80. */
  readonly service: pulumi.Input<string>;
  readonly host: string;
}

/** Which host names lead to which Service. */
export interface Route {
  readonly tier: Tier;
  /** Part of the names of resources: unchanged as long as the route is the same. */
  readonly role: string;
  /** Name of its object in the cluster. */
  readonly name: string;
  readonly service: pulumi.Input<string>;
  /** Empty: every name. */
  readonly hosts: readonly string[];
}

/** Port of every Service that takes requests. */
export const SERVICE_PORT = 80;

export function coordinatorRoute(service: pulumi.Input<string>, hosts: readonly string[]): Route {
  return { tier: "coordinator", role: "coordinator", name: COORDINATOR, service, hosts };
}

export function agentRoute({ name, service, host }: AgentRoute): Route {
  const tier: AgentTier = { agent: name };
  return { tier, role: `agent-${name}`, name: workloadName(tier), service, hosts: [host] };
}
