import type { GatewayConfig } from "../config/gateway-config.ts";

/** Whether the configuration names an agent type: what callers invent must not take its place where places are few. */
export function isConfiguredAgent(agent: string, { budgets, cache }: GatewayConfig): boolean {
  return Object.hasOwn(budgets.agents, agent) || cache.agents.includes(agent);
}
