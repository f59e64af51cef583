import { METRICS } from "../../../agent-runtime/src/contract.ts";
import { POSTGRES, VALKEY } from "../../naming.ts";
import type { ObservabilityFacts } from "../facts.ts";
import type { DashboardSpec, Panel } from "./panel.ts";
import { query, rate, series } from "./query.ts";

/** Valkey as the exporter beside each server sees it, and the store as the runtime does. */
export function valkey(facts: ObservabilityFacts): DashboardSpec {
  const own: Panel[] = facts.valkey === undefined ? [] : serverPanels(facts.valkey.replicas);
  return {
    title: "Claude agents: store",
    description:
      "Valkey, which keeps keys, limits, budgets and queues. Nothing is evicted: full means refused.",
    variables: ["region"],
    alert: "StoreDown",
    rows: [
      {
        title: "As the runtime sees it",
        panels: [
          {
            kind: "list",
            title: "Reached by",
            description: "1 where a pod reaches the store.",
            unit: "short",
            levels: { warn: 1, crit: 1, lowIsBad: true },
            queries: [query(`min by (pod) (${series(METRICS.storeUp)})`, "{{pod}}")],
          },
        ],
      },
      ...(own.length === 0 ? [] : [{ title: "Servers", panels: own }]),
    ],
  };
}

function serverPanels(replicas: number): Panel[] {
  const job = { job: VALKEY };
  const of = (metric: string) => series(metric, job);
  return [
    {
      kind: "stat",
      title: "Servers",
      description: `That answer, of ${replicas}.`,
      unit: "short",
      levels: { warn: replicas, crit: replicas - 1, lowIsBad: true },
      queries: [query(`count(${of("redis_up")} == 1)`)],
    },
    {
      kind: "list",
      title: "Roles",
      description: "There is exactly one master.",
      unit: "short",
      queries: [query(`max by (pod, role) (${of("redis_instance_info")})`, "{{pod}} {{role}}")],
    },
    {
      kind: "graph",
      title: "Memory",
      description: "Of what a server may keep.",
      unit: "percentunit",
      levels: { warn: 0.8, crit: 0.95 },
      queries: [
        query(
          `max by (pod) (${of("redis_memory_used_bytes")} / (${of("redis_memory_max_bytes")} > 0))`,
          "{{pod}}",
        ),
      ],
    },
    {
      kind: "graph",
      title: "Commands",
      description: "A second, by server.",
      unit: "ops",
      queries: [query(`sum by (pod) (${rate("redis_commands_processed_total", job)})`, "{{pod}}")],
    },
    {
      kind: "graph",
      title: "Clients",
      description: "Connections.",
      unit: "short",
      queries: [query(`max by (pod) (${of("redis_connected_clients")})`, "{{pod}}")],
    },
    {
      kind: "list",
      title: "Written to disk",
      description: "1 where the last write of the log and the last snapshot succeeded.",
      unit: "short",
      levels: { warn: 1, crit: 1, lowIsBad: true },
      queries: [
        query(`min by (pod) (${of("redis_aof_last_write_status")})`, "{{pod}} log"),
        query(`min by (pod) (${of("redis_rdb_last_bgsave_status")})`, "{{pod}} snapshot"),
      ],
    },
    {
      kind: "graph",
      title: "Evicted and refused",
      description: "Keys evicted, which must never happen, and connections refused, a second.",
      unit: "ops",
      queries: [
        query(`sum by (pod) (${rate("redis_evicted_keys_total", job)})`, "{{pod}} evicted"),
        query(`sum by (pod) (${rate("redis_rejected_connections_total", job)})`, "{{pod}} refused"),
      ],
    },
  ];
}

/** PostgreSQL, under the names of whoever exports its metrics. Undefined where nobody does. */
export function postgres(facts: ObservabilityFacts): DashboardSpec | undefined {
  const panels = postgresPanels(facts);
  if (panels.length === 0) return undefined;
  return {
    title: "Claude agents: PostgreSQL",
    description: "Connections, transactions, size.",
    variables: ["region"],
    alert: "PostgresDown",
    rows: [{ title: "PostgreSQL", panels }],
  };
}

function postgresPanels({ postgres: kind }: ObservabilityFacts): Panel[] {
  switch (kind) {
    case "single":
      return singlePanels();
    case "cluster":
      return clusterPanels();
    case "none":
    case "external":
      return [];
  }
}

function singlePanels(): Panel[] {
  const job = { job: POSTGRES };
  return [
    {
      kind: "stat",
      title: "Answers",
      description: "1 when it does.",
      unit: "short",
      levels: { warn: 1, crit: 1, lowIsBad: true },
      queries: [query(`min(${series("pg_up", job)})`)],
    },
    {
      kind: "graph",
      title: "Connections",
      description: "Of those that are allowed.",
      unit: "percentunit",
      levels: { warn: 0.8, crit: 0.95 },
      queries: [
        query(
          `sum(${series("pg_stat_activity_count", job)}) / min(${series("pg_settings_max_connections", job)})`,
        ),
      ],
    },
    {
      kind: "graph",
      title: "Transactions",
      description: "A second, by database.",
      unit: "ops",
      queries: [
        query(`sum by (datname) (${rate("pg_stat_database_xact_commit", job)})`, "{{datname}} committed"),
        query(`sum by (datname) (${rate("pg_stat_database_xact_rollback", job)})`, "{{datname}} rolled back"),
        query(`sum by (datname) (${rate("pg_stat_database_deadlocks", job)})`, "{{datname}} deadlocks"),
      ],
    },
    {
      kind: "graph",
      title: "Size",
      description: "By database.",
      unit: "bytes",
      queries: [query(`max by (datname) (${series("pg_database_size_bytes", job)})`, "{{datname}}")],
    },
  ];
}

function clusterPanels(): Panel[] {
  return [
    {
      kind: "list",
      title: "Instances",
      description: "1 where one answers.",
      unit: "short",
      levels: { warn: 1, crit: 1, lowIsBad: true },
      queries: [query(`min by (pod) (${series("cnpg_collector_up")})`, "{{pod}}")],
    },
    {
      kind: "graph",
      title: "Connections",
      description: "By instance.",
      unit: "short",
      queries: [query(`sum by (pod) (${series("cnpg_backends_total")})`, "{{pod}}")],
    },
    {
      kind: "graph",
      title: "Replication lag",
      description: "How far each replica is behind.",
      unit: "s",
      levels: { warn: 10, crit: 30 },
      queries: [query(`max by (pod) (${series("cnpg_pg_replication_lag")})`, "{{pod}}")],
    },
    {
      kind: "stat",
      title: "Last backup",
      description: "How long ago the last good one was.",
      unit: "s",
      levels: { warn: 90_000, crit: 180_000 },
      queries: [
        query(`time() - max(${series("barman_cloud_cloudnative_pg_io_last_available_backup_timestamp")})`),
      ],
    },
  ];
}
