import type { Series } from "./queries.ts";

/** The request rate of a workload as Prometheus has it. */
export interface RequestSignal {
  readonly type: "requests";
  readonly prometheusUrl: string;
  readonly series: Series;
  /** Requests a second that one pod is to serve. */
  readonly requestsPerSecondPerPod: number;
  /** Head-room of the upstream, from 0 to 1, below which more requests add no pods. Default: they always do. */
  readonly minUpstreamHeadroom?: number;
  /** Query of the requests a second that are expected soon. Default: no forecast. */
  readonly forecastQuery?: string;
}

/** The length of a list in a store that Sentinels watch. */
export interface QueueSignal {
  readonly type: "queue";
  /** `host:port` of the Sentinels, separated by commas. */
  readonly sentinels: string;
  readonly masterName: string;
  readonly listName: string;
  /** Entries that one pod is to have waiting. */
  readonly entriesPerPod: number;
  /** Name of the TriggerAuthentication with the password. */
  readonly authentication: string;
  /** User of the store. Default: the store's default user. */
  readonly username?: string;
}

export type ScalingSignal = RequestSignal | QueueSignal;
