import { METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

export const TOKENS_USED_TOTAL = {
  name: METRICS.tokensUsedTotal,
  type: "counter",
  help: "Tokens used: input, cache writes, cache reads and output together.",
  labels: ["agent_type", "model"],
} as const satisfies MetricSpec;

export const API_COST_TOTAL = {
  name: METRICS.apiCostTotal,
  type: "counter",
  help: "Cost of the tokens used at list price, in US dollars. Models without a known price add nothing.",
  labels: ["agent_type", "model"],
} as const satisfies MetricSpec;

export interface TokenUsageMetrics {
  used(labels: { agentType: string; model: string }, tokens: number, costUsd: number): void;
}

export function createTokenUsageMetrics(registry: MetricsRegistry): TokenUsageMetrics {
  const tokensUsed = registry.counter(TOKENS_USED_TOTAL);
  const cost = registry.counter(API_COST_TOTAL);
  return {
    used({ agentType, model }, tokens, costUsd) {
      const labels = { agent_type: agentType, model };
      tokensUsed.with(labels).inc(tokens);
      cost.with(labels).inc(costUsd);
    },
  };
}
