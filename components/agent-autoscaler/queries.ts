import { METRICS } from "../../agent-runtime/src/contract.ts";

/** Which series of a Prometheus belong to a workload. */
export interface Series {
  readonly namespace: string;
  /** Name of the Service, which is the job of its series. */
  readonly service: string;
  /** Prometheus may hold the series of several regions. */
  readonly region: string;
}

/** Time over which requests are counted. */
const RATE_WINDOW = "1m";

/** Requests a second: none where pods are scraped and had none yet, no answer where no pod is scraped. */
export function requestsQuery(series: Series): string {
  const selector = selectorOf(series);
  return `sum(rate(${METRICS.requestsTotal}${selector}[${RATE_WINDOW}])) or sum(up${selector} == 1) * 0`;
}

/** The least of what is left of the upstream's limits; all of it until the upstream has said something. */
export function upstreamHeadroomQuery(series: Series): string {
  return `min(${METRICS.upstreamHeadroomRatio}${selectorOf(series)}) or vector(1)`;
}

/** Pods that answer. */
export function podsQuery(series: Series): string {
  return `count(up${selectorOf(series)} == 1)`;
}

function selectorOf({ namespace, service, region }: Series): string {
  return `{namespace="${namespace}",job="${service}",region="${region}"}`;
}
