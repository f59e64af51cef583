import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import {
  LegendDisplayMode,
  LegendPlacement,
  VizLegendOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Levels, Panel, Query } from "./panel.ts";

/** Panels ask whichever Prometheus is chosen at the top of the dashboard. */
export const DATASOURCE = { type: "prometheus", uid: "$datasource" };

const WIDTH = { stat: 6, graph: 12, list: 12 } as const;
const HEIGHT = { stat: 4, graph: 8, list: 8 } as const;

/** Columns of 24 that a panel asks for. */
export function widthOf({ kind, width = WIDTH[kind] }: Panel): number {
  return width;
}

/** The one way in which panels look; a spec only says what is in them. */
export function buildPanel(panel: Panel) {
  const { kind, title, description, unit, levels } = panel;
  const builder = builderOf(panel)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .span(widthOf(panel))
    .height(HEIGHT[kind])
    .thresholds(thresholdsOf(levels))
    .noValue(noValueOf(panel));
  panel.queries.forEach((query, index) => {
    builder.withTarget(targetOf(query, index, kind !== "graph"));
  });
  return builder;
}

function builderOf({ kind }: Panel): TimeSeriesBuilder | StatBuilder | BarGaugeBuilder {
  switch (kind) {
    case "stat":
      return new StatBuilder();
    case "list":
      return new BarGaugeBuilder();
    case "graph":
      return new TimeSeriesBuilder()
        .fillOpacity(10)
        .legend(
          new VizLegendOptionsBuilder()
            .displayMode(LegendDisplayMode.List)
            .placement(LegendPlacement.Bottom)
            .showLegend(true)
            .calcs(["lastNotNull", "max"]),
        );
  }
}

function targetOf({ expr, legend }: Query, index: number, isInstant: boolean): DataqueryBuilder {
  const target = new DataqueryBuilder()
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode(65 + index));
  return isInstant ? target.instant() : target.range();
}

/** A panel without thresholds is green throughout. */
function thresholdsOf(levels: Levels | undefined): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepsOf(levels));
}

function stepsOf(levels: Levels | undefined): Threshold[] {
  if (levels === undefined) return [{ value: null, color: "green" }];
  const { warn, crit, lowIsBad = false } = levels;
  const middle = warn === crit ? [] : [{ value: lowIsBad ? crit : warn, color: "orange" }];
  return [
    { value: null, color: lowIsBad ? "red" : "green" },
    ...middle,
    { value: lowIsBad ? warn : crit, color: lowIsBad ? "green" : "red" },
  ];
}

/** Nothing to show is good news in some panels; those say so. */
function noValueOf({ queries }: Panel): string {
  const reasons = queries.flatMap(({ emptyWhenHealthy }) => emptyWhenHealthy ?? []);
  return reasons.length === queries.length ? `None: ${reasons[0]}` : "No data";
}
