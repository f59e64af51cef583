import { NAMESPACE } from "../../../agent-runtime/src/contract.ts";
import type { ObservabilityFacts } from "../facts.ts";
import { type Matchers, selectLabels } from "../promql.ts";
import type { Query } from "./panel.ts";

/** Series of the regions that are chosen. */
export function series(metric: string, matchers: Matchers = {}, chosen: readonly string[] = []): string {
  const variables = ["region", ...chosen].map((name) => `${name}=~"$${name}"`);
  return `${metric}{${[selectLabels({ namespace: NAMESPACE, ...matchers }), ...variables].join(",")}}`;
}

/** How fast a counter grows, a second. */
export function rate(metric: string, matchers: Matchers = {}, chosen: readonly string[] = []): string {
  return `rate(${series(metric, matchers, chosen)}[$__rate_interval])`;
}

/** The pods of the runtime, whatever workload they belong to. */
export function jobsOf({ services }: ObservabilityFacts): Matchers {
  return { job: services.map(({ service }) => service) };
}

export const query = (expr: string, legend = ""): Query => ({ expr, legend });

/** A query that has nothing to show as long as nothing goes wrong. */
export const rare = (expr: string, legend: string, emptyWhenHealthy: string): Query => ({
  expr,
  legend,
  emptyWhenHealthy,
});

/** A quantile over all pods: of their buckets together, as quantiles of pods cannot be averaged. */
export function quantile(
  fraction: number,
  histogram: string,
  by: readonly string[],
  range = "$__rate_interval",
  matchers: Matchers = {},
): string {
  const labels = [...by, "le"].join(", ");
  return `histogram_quantile(${fraction}, sum by (${labels}) (rate(${series(`${histogram}_bucket`, matchers)}[${range}])))`;
}
