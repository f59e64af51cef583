import { describe, expect, it } from "vitest";
import { postgresRequireBackups } from "../../../policies/data/postgres-require-backups.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { WORKLOAD_KINDS } from "../workloads.ts";
import { statefulSet } from "./configurations.ts";

const PLUGIN = {
  name: "barman-cloud.cloudnative-pg.io",
  isWALArchiver: true,
  parameters: { barmanObjectName: "store" },
};
const METADATA = { name: "db", namespace: "ai-agents" };

const object = (kind: string, name: unknown, spec: object, namespace = "ai-agents"): KubernetesObject => ({
  apiVersion: kind === "ObjectStore" ? "barmancloud.cnpg.io/v1" : "postgresql.cnpg.io/v1",
  kind,
  metadata: { ...METADATA, name, namespace },
  spec,
});
const cluster = (spec: object = { plugins: [PLUGIN] }, name: unknown = "db") => object("Cluster", name, spec);
const store = (retentionPolicy: unknown = "30d", name: unknown = "store", namespace?: string) =>
  object("ObjectStore", name, { retentionPolicy }, namespace);
const schedule = (spec: object = {}, namespace?: string) =>
  object(
    "ScheduledBackup",
    "daily",
    { cluster: { name: "db" }, schedule: "0 0 2 * * *", ...spec },
    namespace,
  );

const run = (objects: readonly KubernetesObject[], config = {}) =>
  judgeStack(
    postgresRequireBackups,
    objects.map((each) => resourceOf(each)),
    config,
  );

describe("postgres-require-backups", () => {
  it.each([
    ["a plugin, its store and a schedule", [cluster(), store(), schedule()]],
    ["weeks", [cluster(), store("5w"), schedule()]],
    ["months", [cluster(), store("1m"), schedule()]],
    [
      "the operator's own backups",
      [cluster({ backup: { barmanObjectStore: {}, retentionPolicy: "30d" } }), schedule()],
    ],
    ["a second plugin", [cluster({ plugins: [{ name: "other" }, PLUGIN] }), store(), schedule()]],
    ["a schedule that goes on", [cluster(), store(), schedule({ suspend: false })]],
    [
      "a schedule beside one that is suspended",
      [cluster(), store(), schedule({ suspend: true }), schedule()],
    ],
    [
      "a schedule beside one that is not known yet",
      [cluster(), store(), schedule({ cluster: { name: UNKNOWN } }), schedule()],
    ],
  ])("allows a cluster with %s", async (_, objects) => {
    expect(await run(objects)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no place for them", [cluster({}), schedule()], "at .spec: it has no place for backups and for the log"],
    ["a store that is not there", [cluster(), schedule()], "it has no place for backups"],
    [
      "a store of another name",
      [cluster(), store("30d", "other"), schedule()],
      "it has no place for backups",
    ],
    [
      "another object of the store's name",
      [cluster(), object("Database", "store", { retentionPolicy: "30d" }), schedule()],
      "it has no place for backups",
    ],
    [
      "a store of another namespace",
      [cluster(), store("30d", "store", "other"), schedule()],
      "it has no place for backups",
    ],
    [
      "a plugin that archives no log",
      [cluster({ plugins: [{ ...PLUGIN, isWALArchiver: false }] }), store(), schedule()],
      "it has no place",
    ],
    [
      "another plugin",
      [cluster({ plugins: [{ ...PLUGIN, name: "other" }] }), store(), schedule()],
      "it has no place",
    ],
    ["a week", [cluster(), store("29d"), schedule()], 'its retentionPolicy is "29d" where at least 30 days'],
    ["no end", [cluster(), store(null), schedule()], "its retentionPolicy is not set where"],
    ["an end that is none", [cluster(), store("30"), schedule()], 'its retentionPolicy is "30" where'],
    [
      "an end with words around it",
      [cluster(), store("30days"), schedule()],
      'its retentionPolicy is "30days" where',
    ],
    ["an end behind a word", [cluster(), store("about30d"), schedule()], 'its retentionPolicy is "about30d"'],
    ["an end as a number", [cluster(), store(30), schedule()], "its retentionPolicy is 30 where"],
    [
      "no end of the operator's own",
      [cluster({ backup: { barmanObjectStore: {} } }), schedule()],
      "retentionPolicy is not set",
    ],
    ["no schedule", [cluster(), store()], "no ScheduledBackup of its namespace backs it up"],
    [
      "a schedule of another cluster",
      [cluster(), store(), schedule({ cluster: { name: "other" } })],
      "no ScheduledBackup",
    ],
    [
      "a backup that is made once",
      [cluster(), store(), object("Backup", "once", { cluster: { name: "db" }, schedule: "0 0 2 * * *" })],
      "no ScheduledBackup",
    ],
    ["a schedule of another namespace", [cluster(), store(), schedule({}, "other")], "no ScheduledBackup"],
    ["a schedule that is suspended", [cluster(), store(), schedule({ suspend: true })], "no ScheduledBackup"],
  ])("refuses a cluster with %s", async (_, objects, words) => {
    const { violations } = await run(objects);
    expect(violations).toEqual([expect.stringContaining(words)]);
    expect(violations[0]).toContain("Cluster ai-agents/db");
  });

  it.each([
    ["the plugins", [cluster({ plugins: UNKNOWN }), schedule()], ".plugins"],
    [
      "a plugin's name",
      [cluster({ plugins: [{ ...PLUGIN, name: UNKNOWN }] }), schedule()],
      ".plugins[0].name",
    ],
    [
      "whether a plugin archives",
      [cluster({ plugins: [{ ...PLUGIN, isWALArchiver: UNKNOWN }] }), schedule()],
      ".isWALArchiver",
    ],
    [
      "the store",
      [cluster({ plugins: [{ ...PLUGIN, parameters: { barmanObjectName: UNKNOWN } }] }), schedule()],
      ".barmanObjectName",
    ],
    ["the containers of a workload", [statefulSet({}, { pod: { containers: UNKNOWN } })], ".containers"],
    ["the end", [cluster(), store(UNKNOWN), schedule()], ".retentionPolicy"],
    [
      "the schedule's cluster",
      [cluster(), store(), schedule({ cluster: { name: UNKNOWN } })],
      ".spec.cluster.name",
    ],
    [
      "the name of the cluster and of that of its schedule",
      [cluster(undefined, UNKNOWN), store(), schedule({ cluster: { name: UNKNOWN } })],
      ".metadata.name",
    ],
    [
      "whether the schedule is suspended",
      [cluster(), store(), schedule({ suspend: UNKNOWN })],
      ".spec.suspend",
    ],
  ])("leaves open %s that is not known yet", async (_, objects, place) => {
    expect(await run(objects)).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it.each([
    "@daily",
    "@hourly",
    "@midnight",
    "@weekly",
    "@every 168h",
    "@every 90m",
    "@every 24h30m",
    "@every 30s",
    "@every 1h1s",
    "@every 604800s",
    "0 0  2 * * *",
    "0 0 2 * * 0",
    "0 0 2 */7 * *",
    " 0 0 2 ? ? *",
  ])("takes %s for often", async (time) => {
    expect((await run([cluster(), store(), schedule({ schedule: time })])).violations).toEqual([]);
  });

  it.each([
    "@yearly",
    "@every 169h",
    "@every 168h1s",
    "@every 10081m",
    "@every 99999999m",
    "@every 604801s",
    "@every 1h1d",
    "@every",
    "@every ",
    "x@every 1h",
    "x@daily",
    "0 0 2 x* * *",
    "0 0 2 * x* *",
    "0 0 2 * */2 *",
    "0 0 2 1 * *",
    "0 0 2 * 1 *",
    "0 0 2 */8 * *",
    "0 2 * * *",
    "0 0 2 * * * *",
    "",
    7,
    null,
  ])("takes %s for seldom or for none", async (time) => {
    const { violations } = await run([cluster(), store(), schedule({ schedule: time })]);
    expect(violations).toEqual([
      expect.stringContaining(
        `its ScheduledBackup has the schedule ${JSON.stringify(time)}, which is not once`,
      ),
    ]);
  });

  it("refuses a cluster that no schedule can be for, though its name is not known yet", async () => {
    expect((await run([cluster(undefined, UNKNOWN), store()])).violations).toEqual([
      expect.stringContaining("no ScheduledBackup of its namespace backs it up"),
    ]);
  });

  it("waits for a time that is not known yet, unless another schedule will do", async () => {
    const open = schedule({ schedule: UNKNOWN });
    const waiting = { violations: [], undecided: expect.stringContaining(".spec.schedule") };
    expect(await run([cluster(), store(), open])).toEqual(waiting);
    expect(await run([cluster(), store(), open, schedule({ schedule: "@yearly" })])).toEqual(waiting);
    expect(await run([cluster(), store(), open, schedule()])).toEqual({
      violations: [],
      undecided: undefined,
    });
  });

  it("looks at containers that are started first and stay, and at no others", async () => {
    const image = "registry.example.com/postgres:17";
    const started = (restartPolicy: unknown) =>
      statefulSet(
        { image: "registry.example.com/agent:1" },
        { pod: { initContainers: [{ name: "db", image, restartPolicy }] } },
      );
    expect((await run([started("Always")])).violations).toHaveLength(1);
    expect(await run([started(null)])).toEqual({ violations: [], undecided: undefined });
    expect(await run([started(UNKNOWN)])).toEqual({
      violations: [],
      undecided: expect.stringContaining(".restartPolicy"),
    });
    expect((await run([statefulSet({ image, restartPolicy: UNKNOWN })])).violations).toHaveLength(1);
  });

  it.each(WORKLOAD_KINDS)("knows a server in a $kind by whether it stays", async ({ kind, build }) => {
    const server = build({ containers: [{ name: "db", image: "registry.example.com/postgres:17" }] });
    const count = ["Job", "CronJob", "ScaledJob"].includes(kind) ? 0 : 1;
    expect((await run([server])).violations).toHaveLength(count);
  });

  it("does not look into another region, nor at clusters of other operators", async () => {
    const far = [store(), schedule()].map((each) => resourceOf(each, { region: "region-b" }));
    expect(
      (await judgeStack(postgresRequireBackups, [resourceOf(cluster()), ...far])).violations,
    ).toHaveLength(2);
    expect((await run([{ ...cluster({}), apiVersion: "cluster.x-k8s.io/v1beta1" }])).violations).toEqual([]);
  });

  it.each(["StatefulSet", "Deployment"])(
    "refuses PostgreSQL in a %s, unless the configuration allows it",
    async (kind) => {
      const server = { ...statefulSet({ image: "registry.example.com/postgres:17" }), kind };
      expect((await run([server])).violations).toEqual([
        expect.stringContaining("it runs PostgreSQL by itself, and nothing backs it up."),
      ]);
      expect((await run([server], { allowSingleServers: true })).violations).toEqual([]);
      expect(
        (await run([{ ...statefulSet({ image: "registry.example.com/agent:1" }), kind }])).violations,
      ).toEqual([]);
    },
  );

  it("takes the days from the configuration", async () => {
    expect((await run([cluster(), store("7d"), schedule()], { minimumRetentionDays: 7 })).violations).toEqual(
      [],
    );
    expect(
      (await run([cluster(), store(), schedule()], { minimumRetentionDays: 31 })).violations,
    ).toHaveLength(1);
  });
});
