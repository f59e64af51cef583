import {
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { METRICS, NAMESPACE } from "../../../agent-runtime/src/contract.ts";
import { type DashboardName, dashboardUid, runbookSlug } from "../alert.ts";
import type { Links } from "../facts.ts";
import { buildPanel, DATASOURCE, widthOf } from "./build-panel.ts";
import type { DashboardSpec, Panel, VariableName } from "./panel.ts";

const TAG = "claude-agents";

/** Which metric knows all values of a variable. */
const VALUES: Record<VariableName, { readonly label: string; readonly metric: string }> = {
  region: { label: "Region", metric: "up" },
  agent_type: { label: "Agent type", metric: METRICS.requestsTotal },
  model: { label: "Model", metric: METRICS.tokensUsedTotal },
};

/** A dashboard as Grafana stores it. */
export function buildDashboard(name: DashboardName, spec: DashboardSpec, links: Links) {
  const { title, description, variables, refresh = "30s", from = "now-6h", rows } = spec;
  const builder = new DashboardBuilder(title)
    .uid(dashboardUid(name))
    .description(description)
    .tags([TAG])
    .refresh(refresh)
    .time({ from, to: "now" })
    .timezone("browser")
    .links(linksOf(spec, links))
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"));
  for (const variable of variables) builder.withVariable(variableOf(variable));
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of fillLines(row.panels)) builder.withPanel(buildPanel(panel));
  }
  return builder.build();
}

const COLUMNS = 24;

/** Panels go side by side until a line is full. The last of a line takes what is left: the builder would overlap others. */
function fillLines(panels: readonly Panel[]): Panel[] {
  const widths = panels.map(widthOf);
  let used = 0;
  return panels.map((panel, index) => {
    const width = widths[index] ?? COLUMNS;
    const next = widths[index + 1] ?? COLUMNS;
    used += width;
    if (used + next <= COLUMNS) return { ...panel, width };
    const filled = width + COLUMNS - used;
    used = 0;
    return { ...panel, width: filled };
  });
}

function variableOf(name: VariableName): QueryVariableBuilder {
  const { label, metric } = VALUES[name];
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(`label_values(${metric}{namespace="${NAMESPACE}"}, ${name})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".*");
}

function linksOf({ alert }: DashboardSpec, { runbooksUrl, logsUrl }: Links): DashboardLinkBuilder[] {
  const link = (title: string, url: string) =>
    new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).targetBlank(true);
  return [
    new DashboardLinkBuilder("Dashboards")
      .type(DashboardLinkType.Dashboards)
      .tags([TAG])
      .asDropdown(true)
      .includeVars(true)
      .keepTime(true),
    link("Runbook", `${runbooksUrl}/${runbookSlug(alert)}.md`),
    ...(logsUrl === undefined ? [] : [link("Logs", logsUrl)]),
  ];
}
