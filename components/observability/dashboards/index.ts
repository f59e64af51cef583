import type { DashboardName } from "../alert.ts";
import type { ObservabilityFacts } from "../facts.ts";
import { agents } from "./agents.ts";
import { buildDashboard } from "./build-dashboard.ts";
import { cost } from "./cost.ts";
import { gateway } from "./gateway.ts";
import { overview } from "./overview.ts";
import type { DashboardSpec } from "./panel.ts";
import { regions } from "./regions.ts";
import { slo } from "./slo.ts";
import { postgres, valkey } from "./stores.ts";

/** All dashboards, the most asked for first. Undefined is one that has nothing to show. */
const DASHBOARDS: Record<DashboardName, (facts: ObservabilityFacts) => DashboardSpec | undefined> = {
  overview,
  agents,
  cost,
  gateway,
  slo,
  regions,
  valkey,
  postgres,
};

/** What each dashboard holds, as data. */
export function dashboardSpecs(facts: ObservabilityFacts): (readonly [DashboardName, DashboardSpec])[] {
  return (Object.keys(DASHBOARDS) as DashboardName[]).flatMap((name) => {
    const spec = DASHBOARDS[name](facts);
    return spec === undefined ? [] : [[name, spec] as const];
  });
}

/** The dashboards as Grafana takes them, by file name. The same facts give the same text. */
export function buildDashboards(facts: ObservabilityFacts): Record<string, string> {
  return Object.fromEntries(
    dashboardSpecs(facts).map(([name, spec]) => [
      `${name}.json`,
      JSON.stringify(buildDashboard(name, spec, facts.links)),
    ]),
  );
}
