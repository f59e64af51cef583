import type { ObservabilityFacts } from "../../../components/observability/facts.ts";

/** A region with everything in it that rules and dashboards can be about. */
export const FACTS: ObservabilityFacts = {
  environment: "production",
  region: "eu",
  namespace: "ai-agents",
  services: [
    {
      name: "coordinator",
      service: "claude-agent-coordinator",
      cpuLimitCores: 1,
      minReplicas: 3,
      maxReplicas: 5,
    },
    { name: "support", service: "claude-agent-support", cpuLimitCores: 0.5, minReplicas: 1, maxReplicas: 2 },
  ],
  valkey: { replicas: 3 },
  postgres: "single",
  objectives: { availabilityPercent: 99.95, latencyP95Seconds: 8.2 },
  thresholds: {
    errorRatio: 0.1,
    latencyP95Seconds: 30,
    tokensPerHour: 100_000,
    memoryRatio: 0.8,
    upstreamFailureRatio: 0.05,
    headroomRatio: 0.1,
    budgetRatio: 0.8,
  },
  links: {
    runbooksUrl: "https://runbooks.example.com",
    grafanaUrl: "https://grafana.example.com",
    logsUrl: "https://logs.example.com",
  },
};
