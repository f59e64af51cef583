import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import { selectorOf, type Tier, workloadName } from "../naming.ts";
import type { ObservabilityFacts } from "./facts.ts";

export type MonitorSpec = IServiceMonitor["spec"];

/** What is scraped of one Service. */
export interface Monitor {
  /** Name of the Service. */
  readonly name: string;
  readonly spec: MonitorSpec;
}

/** Load changes within seconds, and autoscalers follow it; a store's state does not. */
const AGENTS_INTERVAL = "10s";
const STORES_INTERVAL = "15s";

/** Every Service of a region that tells metrics. */
export function buildMonitors(facts: ObservabilityFacts): Monitor[] {
  const agents = facts.services.map(({ name }) =>
    monitorOf(facts, tierOf(name), { port: "metrics", interval: AGENTS_INTERVAL }),
  );
  const exporter = { port: "exporter", interval: STORES_INTERVAL };
  return [
    ...agents,
    ...(facts.valkey === undefined ? [] : [monitorOf(facts, "valkey", exporter)]),
    ...(facts.postgres === "single" ? [monitorOf(facts, "postgres", exporter)] : []),
  ];
}

function tierOf(service: string): Tier {
  return service === "coordinator" ? service : { agent: service };
}

function monitorOf(
  { region, environment }: ObservabilityFacts,
  tier: Tier,
  endpoint: { readonly port: string; readonly interval: string },
): Monitor {
  const fixed = (targetLabel: string, replacement: string) => ({ targetLabel, replacement });
  return {
    name: workloadName(tier),
    spec: {
      // Services carry the labels that select their pods.
      selector: { matchLabels: selectorOf(tier) },
      endpoints: [
        {
          ...endpoint,
          // Series of several regions meet in one place; what is told must say where it is from.
          relabelings: [fixed("region", region), fixed("environment", environment)],
        },
      ],
    },
  };
}
