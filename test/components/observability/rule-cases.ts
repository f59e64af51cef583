/** Series as promtool takes them: `start+step x times`, one value a minute. */
type Series = Readonly<Record<string, string>>;

/** When an alert fires and when it does not. Names of series are without the labels that all have. */
export interface RuleCase {
  /** The alert's `service` label, where it is one of several workloads. */
  readonly service?: string;
  readonly fires: Series;
  /** Series that are close to firing; without them too the alert is silent, unless it is about their absence. */
  readonly silent: Series;
  /** Minutes after which both are looked at. */
  readonly atMinutes: number;
  /** Labels that the expression gives. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The summary as people read it. */
  readonly summary: string;
  /** The summary where there are no series at all, if the alert is about something that is missing. */
  readonly summaryOnNothing?: string;
  /** Minutes from one value to the next. Default 1; long windows need not be looked at so closely. */
  readonly stepMinutes?: number;
}

const requests = (status: string) =>
  `claude_agent_requests_total{agent_type="support",status="${status}",operation="messages"}`;
const slow = (le: string) =>
  `claude_agent_request_duration_seconds_bucket{agent_type="support",operation="messages",le="${le}"}`;
const durations = 'claude_agent_request_duration_seconds_count{agent_type="support",operation="messages"}';
const failures = (kind: string) =>
  `claude_agent_upstream_failures_total{model="claude-opus-5-5",class="${kind}"}`;
const up = (job: string, pod: string) => `up{job="${job}",pod="${pod}"}`;
const store = (pod: string) => `claude_agent_store_up{pod="${pod}"}`;
const valkey = (metric: string, pod: string, more = "") =>
  `${metric}{job="claude-agent-valkey",pod="${pod}"${more}}`;
const postgres = (metric: string, more = "") => `${metric}{job="claude-agent-postgres"${more}}`;

const COORDINATOR = "claude-agent-coordinator";
const model = { model: "claude-opus-5-5" };
const support = { agent_type: "support" };

/** A failure of the upstream that stops everybody: one is enough, also as the first of its series. */
const atOnce = (kind: string, summary: string): RuleCase => ({
  fires: { [failures(kind)]: "_x9 1x10" },
  silent: { [failures("invalid_request")]: "_x9 1x10", [failures(kind)]: "5x20" },
  atMinutes: 12,
  labels: model,
  summary,
});

/** A failure that comes and goes: six of a hundred requests are too many, four are not. */
const byPart = (kind: string, summary: string): RuleCase => ({
  fires: { [failures(kind)]: "0+6x20", [requests("success")]: "0+100x20" },
  silent: { [failures(kind)]: "0+4x20", [requests("success")]: "0+100x20" },
  atMinutes: 15,
  labels: model,
  summary,
});

/** Part of the requests that fail or are slow, in percent, all the time. */
const failing = (percent: number, length: number): Series => ({
  [requests("success")]: `0+${10_000 - percent * 100}x${length}`,
  [requests("error")]: `0+${percent * 100}x${length}`,
});
const slowing = (percent: number, length: number): Series => ({
  [slow("8.2")]: `0+${10_000 - percent * 100}x${length}`,
  [durations]: `0+10000x${length}`,
});

/** One case at least for each alert, by its name. */
export const RULE_CASES: Readonly<Record<string, readonly RuleCase[]>> = {
  HighErrorRate: [
    {
      fires: { [requests("success")]: "0+88x20", [requests("error")]: "0+12x20" },
      silent: { [requests("success")]: "0+91x20", [requests("error")]: "0+9x20" },
      atMinutes: 10,
      labels: support,
      summary: "12% of the requests of support fail",
    },
  ],
  HighLatency: [
    {
      fires: { [slow("30")]: "0+90x20", [slow("60")]: "0+100x20", [slow("+Inf")]: "0+100x20" },
      silent: { [slow("30")]: "0+96x20", [slow("60")]: "0+100x20", [slow("+Inf")]: "0+100x20" },
      atMinutes: 10,
      labels: support,
      summary: "The 95th percentile of support is 45s",
    },
  ],
  HighAPIUsage: [
    {
      fires: { 'claude_agent_tokens_used_total{agent_type="support",model="claude-opus-5-5"}': "0+2000x90" },
      silent: { 'claude_agent_tokens_used_total{agent_type="support",model="claude-opus-5-5"}': "0+1600x90" },
      atMinutes: 80,
      labels: support,
      summary: "support used 120k tokens within an hour",
    },
  ],
  AgentDown: [
    {
      service: COORDINATOR,
      fires: { [up(COORDINATOR, "a")]: "0x10" },
      silent: { [up(COORDINATOR, "a")]: "0x10", [up(COORDINATOR, "b")]: "1x10" },
      atMinutes: 5,
      summary: "No pod of coordinator answers in eu",
      summaryOnNothing: "No pod of coordinator answers in eu",
    },
    {
      service: "claude-agent-support",
      fires: { [up(COORDINATOR, "a")]: "1x10" },
      silent: { [up("claude-agent-support", "a")]: "1x10" },
      atMinutes: 5,
      summary: "No pod of support answers in eu",
      summaryOnNothing: "No pod of support answers in eu",
    },
  ],
  AgentReplicasLow: [
    {
      service: COORDINATOR,
      fires: { [up(COORDINATOR, "a")]: "1x30", [up(COORDINATOR, "b")]: "1x30" },
      silent: {
        [up(COORDINATOR, "a")]: "1x30",
        [up(COORDINATOR, "b")]: "1x30",
        [up(COORDINATOR, "c")]: "1x30",
      },
      atMinutes: 20,
      summary: "coordinator has 2 of at least 3 pods",
    },
  ],
  AutoscalerAtMaximum: [
    {
      service: "claude-agent-support",
      fires: { [up("claude-agent-support", "a")]: "1x30", [up("claude-agent-support", "b")]: "1x30" },
      silent: { [up("claude-agent-support", "a")]: "1x30" },
      atMinutes: 20,
      summary: "support has been at its maximum of 2 pods for 15 minutes",
    },
  ],
  HighMemoryUsage: [
    {
      fires: { 'claude_agent_memory_used_ratio{job="claude-agent-support",pod="a",kind="rss"}': "0.85x20" },
      silent: {
        'claude_agent_memory_used_ratio{job="claude-agent-support",pod="a",kind="rss"}': "0.79x20",
        'claude_agent_memory_used_ratio{job="claude-agent-support",pod="a",kind="heap"}': "0.9x20",
      },
      atMinutes: 10,
      labels: { job: "claude-agent-support", pod: "a" },
      summary: "a uses 85% of its memory limit",
    },
  ],
  AgentRestarting: [
    {
      fires: { [`process_start_time_seconds{job="${COORDINATOR}",pod="a"}`]: "1x5 2x5 3x5 4x10" },
      silent: { [`process_start_time_seconds{job="${COORDINATOR}",pod="a"}`]: "1x5 2x20" },
      atMinutes: 20,
      labels: { job: COORDINATOR, pod: "a" },
      summary: "a has restarted 3 times within half an hour",
    },
  ],
  EventLoopBlocked: [
    {
      fires: { [`nodejs_eventloop_lag_p99_seconds{job="${COORDINATOR}",pod="a"}`]: "0.6x20" },
      silent: { [`nodejs_eventloop_lag_p99_seconds{job="${COORDINATOR}",pod="a"}`]: "0.4x20" },
      atMinutes: 10,
      labels: { job: COORDINATOR, pod: "a" },
      summary: "The event loop of a is late by 600ms",
    },
  ],
  GatewayOverheadHigh: [
    {
      fires: {
        'claude_agent_gateway_overhead_seconds_bucket{operation="messages",le="0.25"}': "0+90x40",
        'claude_agent_gateway_overhead_seconds_bucket{operation="messages",le="0.5"}': "0+100x40",
        'claude_agent_gateway_overhead_seconds_bucket{operation="messages",le="+Inf"}': "0+100x40",
      },
      silent: {
        'claude_agent_gateway_overhead_seconds_bucket{operation="messages",le="0.25"}': "0+100x40",
        'claude_agent_gateway_overhead_seconds_bucket{operation="messages",le="0.5"}': "0+100x40",
        'claude_agent_gateway_overhead_seconds_bucket{operation="messages",le="+Inf"}': "0+100x40",
      },
      atMinutes: 20,
      labels: { operation: "messages" },
      summary: "The gateway itself takes 475ms of messages",
    },
  ],
  ConfigurationRefused: [
    {
      fires: { 'claude_agent_config_reloads_total{file="gateway.yaml",outcome="refused"}': "_x5 1x20" },
      silent: {
        'claude_agent_config_reloads_total{file="gateway.yaml",outcome="refused"}': "1x40",
        'claude_agent_config_reloads_total{file="gateway.yaml",outcome="taken"}': "_x5 1x20",
      },
      atMinutes: 17,
      labels: { file: "gateway.yaml" },
      summary: "A change of gateway.yaml was refused",
    },
  ],
  GatewayShedding: [
    {
      fires: { 'claude_agent_shed_total{reason="bytes"}': "0+60x20" },
      silent: { 'claude_agent_shed_total{reason="bytes"}': "5x20" },
      atMinutes: 10,
      labels: { reason: "bytes" },
      summary: "1 requests a second are refused for bytes",
    },
  ],
  UpstreamSpendCapReached: [atOnce("organisation_spend_cap", "The organisation's spend cap is reached")],
  UpstreamSelfSetLimitReached: [
    atOnce("self_set_limit", "A limit that the organisation set itself is reached"),
  ],
  UpstreamAuthenticationFailed: [atOnce("authentication", "The upstream refuses the gateway's key")],
  UpstreamPermissionDenied: [
    atOnce("permission", "The upstream does not permit claude-opus-5-5 to the gateway's key"),
  ],
  UpstreamRateLimited: [byPart("rate_limit", "The upstream limits the rate of claude-opus-5-5")],
  UpstreamOverloaded: [
    byPart("overloaded", "The upstream is overloaded for claude-opus-5-5"),
    byPart("overloaded_in_stream", "The upstream is overloaded for claude-opus-5-5"),
  ],
  UpstreamFailing: [byPart("server_error", "The upstream fails for claude-opus-5-5")],
  UpstreamUnreachable: [
    byPart("connection", "The upstream cannot be reached for claude-opus-5-5"),
    byPart("connect_timeout", "The upstream cannot be reached for claude-opus-5-5"),
  ],
  UpstreamSlow: [
    byPart("first_byte_timeout", "The upstream is too slow for claude-opus-5-5"),
    byPart("idle_timeout", "The upstream is too slow for claude-opus-5-5"),
  ],
  UpstreamBreakerOpen: [
    {
      fires: { 'claude_agent_breaker_state{model="claude-opus-5-5",pod="a"}': "2x10" },
      silent: { 'claude_agent_breaker_state{model="claude-opus-5-5",pod="a"}': "1x10" },
      atMinutes: 5,
      labels: model,
      summary: "The breaker of claude-opus-5-5 is open",
    },
  ],
  UpstreamHeadroomLow: [
    {
      fires: { 'claude_agent_upstream_headroom_ratio{model_class="opus",kind="requests"}': "0.05x20" },
      silent: { 'claude_agent_upstream_headroom_ratio{model_class="opus",kind="requests"}': "0.11x20" },
      atMinutes: 10,
      labels: { model_class: "opus", kind: "requests" },
      summary: "5% is left of the upstream's requests for opus",
    },
  ],
  FallbacksInUse: [
    {
      fires: { 'claude_agent_fallbacks_total{from="claude-opus-5-5",to="claude-opus-5"}': "0+1x40" },
      silent: { 'claude_agent_fallbacks_total{from="claude-opus-5-5",to="claude-opus-5"}': "7x40" },
      atMinutes: 25,
      labels: { from: "claude-opus-5-5", to: "claude-opus-5" },
      summary: "claude-opus-5 answers for claude-opus-5-5",
    },
  ],
  BudgetNearlySpent: [
    {
      fires: { 'claude_agent_budget_used_ratio{scope="tenant:acme",window="day",pod="a"}': "0.85x10" },
      silent: {
        'claude_agent_budget_used_ratio{scope="tenant:acme",window="day",pod="a"}': "0.8x10",
        'claude_agent_budget_used_ratio{scope="fleet",window="day",pod="a"}': "1x10",
      },
      atMinutes: 5,
      labels: { scope: "tenant:acme", window: "day" },
      summary: "tenant:acme has used 85% of its budget of a day",
    },
  ],
  BudgetSpent: [
    {
      fires: { 'claude_agent_budget_used_ratio{scope="tenant:acme",window="day",pod="a"}': "1x10" },
      silent: { 'claude_agent_budget_used_ratio{scope="tenant:acme",window="day",pod="a"}': "0.98x10" },
      atMinutes: 5,
      labels: { scope: "tenant:acme", window: "day" },
      summary: "tenant:acme has spent its budget of a day",
    },
  ],
  StoreDown: [
    {
      fires: { [store("a")]: "0x10", [store("b")]: "0x10" },
      silent: { [store("a")]: "0x10", [store("b")]: "1x10" },
      atMinutes: 5,
      summary: "No pod in eu reaches the store",
    },
  ],
  StoreUnreachable: [
    {
      fires: { [store("a")]: "0x10", [store("b")]: "1x10" },
      silent: { [store("a")]: "1x10", [store("b")]: "1x10" },
      atMinutes: 5,
      labels: { pod: "a" },
      summary: "a does not reach the store",
    },
  ],
  ValkeyDown: [
    {
      fires: { [valkey("redis_up", "v-0")]: "0x10" },
      silent: { [valkey("redis_up", "v-0")]: "0x10", [valkey("redis_up", "v-1")]: "1x10" },
      atMinutes: 5,
      summary: "No Valkey answers in eu",
      summaryOnNothing: "No Valkey answers in eu",
    },
  ],
  ValkeyReplicaMissing: [
    {
      fires: {
        [valkey("redis_up", "v-0")]: "1x20",
        [valkey("redis_up", "v-1")]: "1x20",
        [valkey("redis_up", "v-2")]: "0x20",
      },
      silent: {
        [valkey("redis_up", "v-0")]: "1x20",
        [valkey("redis_up", "v-1")]: "1x20",
        [valkey("redis_up", "v-2")]: "1x20",
      },
      atMinutes: 10,
      summary: "2 of 3 Valkeys answer",
    },
  ],
  ValkeyMasterUnclear: [
    {
      fires: {
        [valkey("redis_instance_info", "v-0", ',role="master"')]: "1x10",
        [valkey("redis_instance_info", "v-1", ',role="master"')]: "1x10",
      },
      silent: {
        [valkey("redis_instance_info", "v-0", ',role="master"')]: "1x10",
        [valkey("redis_instance_info", "v-1", ',role="slave"')]: "1x10",
      },
      atMinutes: 5,
      summary: "2 Valkeys say that they are the master",
      summaryOnNothing: "0 Valkeys say that they are the master",
    },
  ],
  ValkeyReplicationBroken: [
    {
      fires: { [valkey("redis_master_link_up", "v-1")]: "0x10" },
      silent: { [valkey("redis_master_link_up", "v-1")]: "1x10" },
      atMinutes: 5,
      labels: { pod: "v-1" },
      summary: "v-1 does not replicate",
    },
  ],
  ValkeyMemoryHigh: [
    {
      fires: {
        [valkey("redis_memory_used_bytes", "v-0")]: "90x20",
        [valkey("redis_memory_max_bytes", "v-0")]: "100x20",
      },
      silent: {
        [valkey("redis_memory_used_bytes", "v-0")]: "79x20",
        [valkey("redis_memory_max_bytes", "v-0")]: "100x20",
        [valkey("redis_memory_used_bytes", "v-1")]: "79x20",
        [valkey("redis_memory_max_bytes", "v-1")]: "0x20",
      },
      atMinutes: 10,
      labels: { pod: "v-0" },
      summary: "v-0 uses 90% of its memory for data",
    },
  ],
  ValkeyNotPersisting: [
    {
      fires: {
        [valkey("redis_aof_last_write_status", "v-0")]: "0x10",
        [valkey("redis_rdb_last_bgsave_status", "v-0")]: "1x10",
      },
      silent: {
        [valkey("redis_aof_last_write_status", "v-0")]: "1x10",
        [valkey("redis_rdb_last_bgsave_status", "v-0")]: "1x10",
      },
      atMinutes: 5,
      labels: { pod: "v-0" },
      summary: "v-0 cannot write to its volume",
    },
    {
      fires: { [valkey("redis_rdb_last_bgsave_status", "v-2")]: "0x10" },
      silent: { [valkey("redis_rdb_last_bgsave_status", "v-2")]: "1x10" },
      atMinutes: 5,
      labels: { pod: "v-2" },
      summary: "v-2 cannot write to its volume",
    },
  ],
  PostgresDown: [
    {
      fires: { [postgres("pg_up")]: "0x10" },
      silent: { [postgres("pg_up")]: "1x10" },
      atMinutes: 5,
      summary: "No PostgreSQL answers in eu",
      summaryOnNothing: "No PostgreSQL answers in eu",
    },
  ],
  PostgresConnectionsHigh: [
    {
      fires: {
        [postgres("pg_stat_activity_count", ',state="active"')]: "50x20",
        [postgres("pg_stat_activity_count", ',state="idle"')]: "40x20",
        [postgres("pg_settings_max_connections")]: "100x20",
      },
      silent: {
        [postgres("pg_stat_activity_count", ',state="active"')]: "70x20",
        [postgres("pg_settings_max_connections")]: "100x20",
      },
      atMinutes: 10,
      summary: "90% of PostgreSQL's connections are taken",
    },
  ],
  PostgresDeadlocks: [
    {
      fires: { [postgres("pg_stat_database_deadlocks", ',datname="agents"')]: "0+2x20" },
      silent: { [postgres("pg_stat_database_deadlocks", ',datname="agents"')]: "0+1x20" },
      atMinutes: 10,
      labels: { datname: "agents" },
      summary: "10 deadlocks in agents within 5 minutes",
    },
  ],
  AvailabilityBudgetBurnFast: [
    {
      // 14.4 times 0.05 % within the hour.
      fires: failing(0.8, 90),
      silent: failing(0.2, 90),
      atMinutes: 80,
      summary: "The error budget of availability burns fast",
    },
  ],
  AvailabilityBudgetBurnSlow: [
    {
      fires: failing(0.2, 425),
      silent: failing(0.04, 425),
      atMinutes: 1600,
      stepMinutes: 4,
      summary: "The error budget of availability burns slow",
    },
  ],
  LatencyBudgetBurnFast: [
    {
      fires: slowing(75, 90),
      silent: slowing(20, 90),
      atMinutes: 80,
      summary: "The error budget of latency burns fast",
    },
  ],
  LatencyBudgetBurnSlow: [
    {
      fires: slowing(20, 425),
      silent: slowing(4, 425),
      atMinutes: 1600,
      stepMinutes: 4,
      summary: "The error budget of latency burns slow",
    },
  ],
  Watchdog: [
    {
      fires: { [up(COORDINATOR, "a")]: "1x10" },
      silent: {},
      atMinutes: 5,
      summary: "Alerts of eu arrive",
      summaryOnNothing: "Alerts of eu arrive",
    },
  ],
};

/** What CloudNativePG's clusters tell instead of a single PostgreSQL. */
export const CLUSTER_RULE_CASES: Readonly<Record<string, readonly RuleCase[]>> = {
  PostgresDown: [
    {
      fires: { 'cnpg_collector_up{pod="p-1"}': "0x10" },
      silent: { 'cnpg_collector_up{pod="p-1"}': "1x10" },
      atMinutes: 5,
      summary: "No PostgreSQL answers in eu",
      summaryOnNothing: "No PostgreSQL answers in eu",
    },
  ],
  PostgresConnectionsHigh: [
    {
      fires: {
        'cnpg_backends_total{pod="p-1",state="active"}': "50x20",
        'cnpg_backends_total{pod="p-1",state="idle"}': "40x20",
        'cnpg_pg_settings_setting{pod="p-1",name="max_connections"}': "100x20",
      },
      silent: {
        'cnpg_backends_total{pod="p-1",state="active"}': "70x20",
        'cnpg_pg_settings_setting{pod="p-1",name="max_connections"}': "100x20",
      },
      atMinutes: 10,
      labels: { pod: "p-1" },
      summary: "90% of PostgreSQL's connections are taken",
    },
  ],
  PostgresReplicationLag: [
    {
      fires: { 'cnpg_pg_replication_lag{pod="p-2"}': "60x20" },
      silent: { 'cnpg_pg_replication_lag{pod="p-2"}': "20x20" },
      atMinutes: 10,
      labels: { pod: "p-2" },
      summary: "p-2 is 1m 0s behind",
    },
  ],
  PostgresBackupFailed: [
    {
      fires: {
        'barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp{pod="p-1"}': "200x20",
        'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{pod="p-1"}': "100x20",
      },
      silent: {
        'barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp{pod="p-1"}': "100x20",
        'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{pod="p-1"}': "200x20",
      },
      atMinutes: 10,
      summary: "The last backup of PostgreSQL in eu failed",
    },
  ],
};
