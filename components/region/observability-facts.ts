import modelsFile from "../../agent-runtime/data/models.json" with { type: "json" };
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import type { RegionConfig, StackConfig } from "../config.ts";
import { workloadName } from "../naming.ts";
import type { ObservabilityFacts, PostgresKind, ServiceFacts } from "../observability/facts.ts";
import { parseCpuMillis } from "../quantity.ts";

/** What the rules and dashboards of a region are made from. */
export function observabilityFacts({ name }: RegionConfig, stack: StackConfig): ObservabilityFacts {
  const { environment, valkey, observability } = stack;
  const { runbooksUrl = "", grafanaUrl, logsUrl, objectives, thresholds } = observability;
  return {
    environment,
    region: name,
    namespace: NAMESPACE,
    services: servicesOf(stack),
    ...(valkey.external === undefined && valkey.exporter.enabled
      ? { valkey: { replicas: valkey.replicas } }
      : {}),
    postgres: postgresKind(stack),
    objectives,
    thresholds: { ...thresholds, tokensPerHour: thresholds.tokensPerHour ?? tokensPerHour(stack) },
    links: {
      runbooksUrl: runbooksUrl.replace(/\/$/, ""),
      ...(grafanaUrl === undefined ? {} : { grafanaUrl: grafanaUrl.replace(/\/$/, "") }),
      ...(logsUrl === undefined ? {} : { logsUrl }),
    },
  };
}

function servicesOf({ coordinator, agents }: StackConfig): ServiceFacts[] {
  const workloads = [
    { name: "coordinator", service: workloadName("coordinator"), ...coordinator },
    ...agents.map((agent) => ({ ...agent, service: workloadName({ agent: agent.name }) })),
  ];
  return workloads.map(({ name, service, limits, minReplicas, maxReplicas }) => ({
    name,
    service,
    cpuLimitCores: parseCpuMillis(limits.cpu) / 1000,
    minReplicas,
    maxReplicas,
  }));
}

const TOKENS_PER_HOUR = 100_000;

/** An hour may be busier than the day's mean. */
const BUSY_HOUR = 3;

/** What the daily budget of an agent type has for a busy hour at the dearest price of a token; a fixed figure without one. */
function tokensPerHour({ gateway }: StackConfig): number {
  const dayUsd = gateway.budgets?.agent?.dayUsd;
  if (dayUsd === undefined) return TOKENS_PER_HOUR;
  const dearest = Math.max(
    ...modelsFile.models.map(({ usdPerMillionTokens }) => usdPerMillionTokens?.output ?? 0),
  );
  return Math.round(((dayUsd / 24) * BUSY_HOUR * 1e6) / dearest);
}

/** A server without an exporter tells nothing. */
function postgresKind({ postgres: { mode, single } }: StackConfig): PostgresKind {
  return mode === "single" && !single.exporter.enabled ? "none" : mode;
}
