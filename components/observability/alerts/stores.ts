import { METRICS } from "../../../agent-runtime/src/contract.ts";
import { POSTGRES, VALKEY } from "../../naming.ts";
import type { Alert, AlertTable } from "../alert.ts";
import type { ObservabilityFacts } from "../facts.ts";
import { select } from "../promql.ts";

/** What keys, limits, budgets and runs are kept in. */
export const storeAlerts: AlertTable = (facts) => [
  {
    ...VALKEY_ALERT,
    name: "StoreDown",
    severity: "critical",
    for: "1m",
    expr: `max(${select(facts, METRICS.storeUp)}) == 0`,
    summary: `No pod in ${facts.region} reaches the store`,
    description:
      "Limits and budgets are counted by each pod alone, or requests are refused: gateway.whenStoreIsLost decides.",
  },
  {
    ...VALKEY_ALERT,
    name: "StoreUnreachable",
    severity: "warning",
    for: "2m",
    expr: `min by (pod) (${select(facts, METRICS.storeUp)}) == 0`,
    summary: "{{ $labels.pod }} does not reach the store",
    description: "One pod counts alone while others reach the store.",
  },
  ...(facts.valkey === undefined ? [] : valkeyAlerts(facts, facts.valkey.replicas)),
  ...postgresAlerts(facts),
];

const VALKEY_ALERT = { team: "platform", dashboard: "valkey" } as const;
const POSTGRES_ALERT = { team: "platform", dashboard: "postgres" } as const;

/** Names as the exporter beside each server writes them. */
function valkeyAlerts(facts: ObservabilityFacts, replicas: number): Alert[] {
  const of = (metric: string, matchers = {}) => select(facts, metric, { job: VALKEY, ...matchers });
  return [
    {
      ...VALKEY_ALERT,
      name: "ValkeyDown",
      severity: "critical",
      for: "1m",
      expr: `absent(${of("redis_up")} == 1)`,
      summary: `No Valkey answers in ${facts.region}`,
      description: "Every server of the store is down, or the monitoring cannot reach one.",
    },
    {
      ...VALKEY_ALERT,
      name: "ValkeyReplicaMissing",
      severity: "warning",
      for: "5m",
      expr: `count(${of("redis_up")} == 1) < ${replicas}`,
      summary: `{{ $value }} of ${replicas} Valkeys answer`,
      description: "One more loss may stop writes or leave no majority of Sentinels.",
    },
    {
      ...VALKEY_ALERT,
      name: "ValkeyMasterUnclear",
      severity: "critical",
      for: "1m",
      expr: `(count(${of("redis_instance_info", { role: "master" })}) or vector(0)) != 1`,
      summary: "{{ $value }} Valkeys say that they are the master",
      description:
        "There has to be exactly one. Without one nothing is written; with two what one takes is lost.",
    },
    {
      ...VALKEY_ALERT,
      name: "ValkeyReplicationBroken",
      severity: "warning",
      for: "2m",
      expr: `min by (pod) (${of("redis_master_link_up")}) == 0`,
      summary: "{{ $labels.pod }} does not replicate",
      description: "A replica has lost its master: a failover to it would lose what it lacks.",
    },
    {
      ...VALKEY_ALERT,
      name: "ValkeyMemoryHigh",
      severity: "warning",
      for: "5m",
      expr: `max by (pod) (${of("redis_memory_used_bytes")} / (${of("redis_memory_max_bytes")} > 0)) > 0.8`,
      summary: "{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory for data",
      description: "Nothing is evicted: at 100 % writes are refused.",
    },
    {
      ...VALKEY_ALERT,
      name: "ValkeyNotPersisting",
      severity: "critical",
      for: "2m",
      expr: `min by (pod) (${of("redis_aof_last_write_status")}) == 0 or min by (pod) (${of("redis_rdb_last_bgsave_status")}) == 0`,
      summary: "{{ $labels.pod }} cannot write to its volume",
      description: "The volume is full or broken; the server refuses writes.",
    },
  ];
}

function postgresAlerts(facts: ObservabilityFacts): Alert[] {
  switch (facts.postgres) {
    case "single":
      return singlePostgresAlerts(facts);
    case "cluster":
      return clusterPostgresAlerts(facts);
    case "none":
    case "external":
      return [];
  }
}

function singlePostgresAlerts(facts: ObservabilityFacts): Alert[] {
  const of = (metric: string, matchers = {}) => select(facts, metric, { job: POSTGRES, ...matchers });
  return [
    postgresDown(facts, `absent(${of("pg_up")} == 1)`),
    connectionsHigh(`sum(${of("pg_stat_activity_count")}) / min(${of("pg_settings_max_connections")})`),
    {
      ...POSTGRES_ALERT,
      name: "PostgresDeadlocks",
      severity: "warning",
      for: "1m",
      expr: `sum by (datname) (increase(${of("pg_stat_database_deadlocks")}[5m])) > 5`,
      summary: "{{ $value | humanize }} deadlocks in {{ $labels.datname }} within 5 minutes",
      description: "Transactions end each other.",
    },
  ];
}

/** Names as CloudNativePG's own exporter writes them. */
function clusterPostgresAlerts(facts: ObservabilityFacts): Alert[] {
  const of = (metric: string) => select(facts, metric);
  return [
    postgresDown(facts, `absent(${of("cnpg_collector_up")} == 1)`),
    connectionsHigh(
      `max by (pod) (sum by (pod) (${of("cnpg_backends_total")}) / on (pod) ${select(facts, "cnpg_pg_settings_setting", { name: "max_connections" })})`,
    ),
    {
      ...POSTGRES_ALERT,
      name: "PostgresReplicationLag",
      severity: "warning",
      for: "5m",
      expr: `max by (pod) (${of("cnpg_pg_replication_lag")}) > 30`,
      summary: "{{ $labels.pod }} is {{ $value | humanizeDuration }} behind",
      description: "A failover to this instance would lose that much, or wait for it.",
    },
    {
      ...POSTGRES_ALERT,
      name: "PostgresBackupFailed",
      severity: "critical",
      for: "5m",
      expr: `max(${of("barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp")}) > max(${of("barman_cloud_cloudnative_pg_io_last_available_backup_timestamp")})`,
      summary: `The last backup of PostgreSQL in ${facts.region} failed`,
      description: "What happens now cannot be restored from the last backup alone.",
    },
  ];
}

function postgresDown({ region }: ObservabilityFacts, expr: string): Alert {
  return {
    ...POSTGRES_ALERT,
    name: "PostgresDown",
    severity: "critical",
    for: "1m",
    expr,
    summary: `No PostgreSQL answers in ${region}`,
    description: "The database is down, or the monitoring cannot reach it.",
  };
}

function connectionsHigh(ratio: string): Alert {
  return {
    ...POSTGRES_ALERT,
    name: "PostgresConnectionsHigh",
    severity: "warning",
    for: "5m",
    expr: `${ratio} > 0.8`,
    summary: "{{ $value | humanizePercentage }} of PostgreSQL's connections are taken",
    description: "The next clients are refused.",
  };
}
