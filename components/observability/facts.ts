/** One workload of the runtime, as rules and dashboards have to know it. */
export interface ServiceFacts {
  /** `coordinator`, or the name of the class of agents. */
  readonly name: string;
  /** Name of its Service, which is the `job` of its series. */
  readonly service: string;
  readonly cpuLimitCores: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** Figures at which alerts fire and panels change colour. */
export interface Thresholds {
  /** Part of the requests that may fail, from 0 to 1. */
  readonly errorRatio: number;
  /** 95th percentile of a request's duration, in seconds. */
  readonly latencyP95Seconds: number;
  /** Tokens an hour, for each agent type. */
  readonly tokensPerHour: number;
  /** Part of the memory limit, from 0 to 1. */
  readonly memoryRatio: number;
  /** Part of the requests that may meet a failure of the upstream, from 0 to 1. */
  readonly upstreamFailureRatio: number;
  /** What should be left of the upstream's own limits, from 0 to 1. */
  readonly headroomRatio: number;
  /** Part of a budget that may be used before somebody is told, from 0 to 1. */
  readonly budgetRatio: number;
}

/** What is promised to clients. */
export interface Objectives {
  /** Part of the requests that succeed, in percent. */
  readonly availabilityPercent: number;
  /** Time in seconds within which 95 % of them are answered: one of the buckets of the duration histogram. */
  readonly latencyP95Seconds: number;
}

/** Where people look things up. */
export interface Links {
  /** Folder of the runbooks, without a slash at its end. */
  readonly runbooksUrl: string;
  /** Absent: alerts and panels link to no dashboard. */
  readonly grafanaUrl?: string;
  /** Absent: panels link to no logs. */
  readonly logsUrl?: string;
}

/** How PostgreSQL is run, which decides who exports its metrics and under which names. */
export type PostgresKind = "none" | "single" | "cluster" | "external";

/** Everything about one region that its rules and dashboards are made from. */
export interface ObservabilityFacts {
  readonly environment: string;
  readonly region: string;
  readonly namespace: string;
  readonly services: readonly ServiceFacts[];
  /** Absent where the store is somebody else's or tells no metrics. */
  readonly valkey?: { readonly replicas: number };
  readonly postgres: PostgresKind;
  readonly objectives: Objectives;
  readonly thresholds: Thresholds;
  readonly links: Links;
}
