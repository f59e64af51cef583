import type { Field } from "../manifests/field.ts";
import { type Container, containersOf, WORKLOAD_KINDS } from "../manifests/pod-templates.ts";
import type { Placed, Stack } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { judgeSchedule } from "./postgres-schedules.ts";
import { hasPostgresImage, isPostgresCluster } from "./postgres-server.ts";

interface Config {
  readonly minimumRetentionDays: number;
  readonly allowSingleServers: boolean;
}

const REMEDY =
  "Give the cluster the plugin barman-cloud.cloudnative-pg.io with isWALArchiver and an ObjectStore that has a retentionPolicy, and add a ScheduledBackup of it.";
const PLUGIN = "barman-cloud.cloudnative-pg.io";

/** What runs once, as a job that copies a database, holds none. */
const LASTING_KINDS = WORKLOAD_KINDS.filter((kind) => !["Job", "CronJob", "ScaledJob"].includes(kind));

const METADATA = { name: "db", namespace: "ai-agents" };
const CLUSTER = {
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: METADATA,
  spec: { plugins: [{ name: PLUGIN, isWALArchiver: true, parameters: { barmanObjectName: "db" } }] },
};
const STORE = {
  apiVersion: "barmancloud.cnpg.io/v1",
  kind: "ObjectStore",
  metadata: METADATA,
  spec: { retentionPolicy: "30d" },
};
const SCHEDULE = {
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "ScheduledBackup",
  metadata: METADATA,
  spec: { schedule: "0 0 2 * * *", cluster: { name: "db" } },
};

export const postgresRequireBackups = stackPolicy<Config>({
  name: "postgres-require-backups",
  description: "Every PostgreSQL is backed up on a schedule, and its backups are kept.",
  severity: "critical",
  controls: [{ framework: "nist", control: "CP-9, CP-10" }],
  reason:
    "Replicas copy a mistake within milliseconds. Only a backup with the log since then brings back the minute before it.",
  remedy: REMEDY,
  parameters: {
    minimumRetentionDays: {
      type: "integer",
      minimum: 1,
      default: 30,
      description: "The least number of days for which backups are kept.",
    },
    allowSingleServers: {
      type: "boolean",
      default: false,
      description:
        "Whether a server of PostgreSQL in a workload of its own may go without backups, as in a small stage.",
    },
  },
  examples: {
    pass: [{ what: "a store, an archive of the log and a schedule", objects: [CLUSTER, STORE, SCHEDULE] }],
    fail: [
      { what: "no schedule", objects: [CLUSTER, STORE] },
      {
        what: "once a year",
        objects: [CLUSTER, STORE, { ...SCHEDULE, spec: { ...SCHEDULE.spec, schedule: "0 0 2 1 1 *" } }],
      },
      { what: "no store", objects: [{ ...CLUSTER, spec: {} }, SCHEDULE] },
      { what: "a week", objects: [CLUSTER, { ...STORE, spec: { retentionPolicy: "7d" } }, SCHEDULE] },
    ],
  },
  judge: (stack, config) => [
    ...stack
      .ofKind("Cluster")
      .filter(({ manifest }) => isPostgresCluster(manifest))
      .flatMap((placed) =>
        [...judgeRetention(stack, placed, config), ...judgeSchedule(stack, placed, REMEDY)].map(
          (finding) => ({
            placed,
            finding,
          }),
        ),
      ),
    ...(config.allowSingleServers ? [] : stack.ofKind(...LASTING_KINDS).flatMap(judgeWorkload)),
  ],
});

function judgeWorkload(placed: Placed): StackFinding[] {
  const servers = containersOf(placed.manifest).filter(
    (container) => container.field.unknown || hasPostgresImage(container),
  );
  return servers.flatMap(judgeServer).map((finding) => ({ placed, finding }));
}

/** Of the containers that are started before the others some stay. */
function judgeServer({ list, field }: Container): Finding[] {
  const restart = field.at("restartPolicy");
  if (field.unknown || (list !== "containers" && restart.unknown)) return [undecided(restart)];
  const isLasting = list === "containers" || restart.value === "Always";
  const problem = "it runs PostgreSQL by itself, and nothing backs it up.";
  return isLasting ? [violation(field, problem, REMEDY)] : [];
}

/** Where the cluster's backups go says how long they are kept. */
function judgeRetention(stack: Stack, placed: Placed, { minimumRetentionDays }: Config): Finding[] {
  const spec = placed.manifest.root.at("spec");
  const store = storeOf(stack, placed, spec.at("plugins"));
  if (store.type === "unknown") return [undecided(store.field)];
  const builtIn = spec.at("backup");
  const retention = store.type === "store" ? store.retention : builtIn.at("retentionPolicy");
  if (retention.unknown) return [undecided(retention)];
  if (store.type === "none" && builtIn.at("barmanObjectStore").missing) {
    return [violation(spec, "it has no place for backups and for the log.", REMEDY)];
  }
  if (daysOf(retention.text) >= minimumRetentionDays) return [];
  const got = retention.missing ? "not set" : JSON.stringify(retention.value);
  return [
    violation(
      retention,
      `its retentionPolicy is ${got} where at least ${minimumRetentionDays} days are asked for.`,
      REMEDY,
    ),
  ];
}

type Store =
  | { readonly type: "none" }
  | { readonly type: "store"; readonly retention: Field }
  | { readonly type: "unknown"; readonly field: Field };

/** The store of the plugin that archives the log, among the objects of the cluster's namespace. */
function storeOf(stack: Stack, placed: Placed, plugins: Field): Store {
  const items = plugins.items();
  const plugin = items.find(
    (item) => item.at("name").text === PLUGIN && item.at("isWALArchiver").value === true,
  );
  if (plugin === undefined) {
    const open = items
      .flatMap((item) => [item, ...(item.unknown ? [] : [item.at("name"), item.at("isWALArchiver")])])
      .find((field) => field.unknown);
    return open === undefined ? { type: "none" } : { type: "unknown", field: open };
  }
  const name = plugin.at("parameters", "barmanObjectName");
  if (name.unknown) return { type: "unknown", field: name };
  const store = stack
    .beside(placed)
    .find(
      ({ manifest }) =>
        manifest.kind === "ObjectStore" && manifest.root.at("metadata", "name").text === name.text,
    );
  return store === undefined
    ? { type: "none" }
    : { type: "store", retention: store.manifest.root.at("spec", "retentionPolicy") };
}

const UNIT_DAYS: ReadonlyMap<string, number> = new Map([
  ["d", 1],
  ["w", 7],
  ["m", 30],
]);

/** None for what is no number of days, weeks or months. */
function daysOf(policy = ""): number {
  const [, number = "", unit = ""] = /^([1-9]\d{0,4})([dwm])$/.exec(policy) ?? [];
  return Number(number) * (UNIT_DAYS.get(unit) ?? 0);
}
