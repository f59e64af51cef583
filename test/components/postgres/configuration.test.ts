import { describe, expect, test } from "vitest";
import { z } from "zod";
import { durableInProduction } from "../../../components/config/postgres-relations.ts";
import { postgresSchema } from "../../../components/config/postgres-schema.ts";
import { BACKUP, settingsOf } from "./build-postgres.ts";

/** Where a schema finds faults. */
function faultsOf(schema: z.ZodType, value: unknown): string[] {
  return (schema.safeParse(value).error?.issues ?? []).map((issue) => issue.path.join("."));
}

const faults = (settings: object) => faultsOf(postgresSchema, settings);

const stack = z.looseObject({ postgres: postgresSchema }).check(durableInProduction);
const stackFaults = (environment: string, postgres: object) => faultsOf(stack, { environment, postgres });

const EXTERNAL = { urlSecret: { name: "rds", key: "url" }, cidrs: ["10.0.0.0/16"] };

test("nothing has to be stated: there is no database", () => {
  expect(settingsOf({})).toMatchObject({ mode: "none", cluster: { instances: 3 } });
  expect(settingsOf({})).not.toHaveProperty("external");
});

test("every image is pinned by digest", () => {
  const { single, cluster } = settingsOf({});
  for (const image of [single.image, single.exporter.image, cluster.image]) {
    expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  }
});

describe("mode external", () => {
  test("takes the Secret and the addresses of a database, at PostgreSQL's port", () => {
    expect(settingsOf({ mode: "external", external: EXTERNAL }).external).toEqual({
      ...EXTERNAL,
      ports: [5432],
    });
  });

  test("needs them, and no other mode takes them", () => {
    expect(faults({ mode: "external" })).toEqual(["external"]);
    expect(faults({ mode: "cluster", external: EXTERNAL })).toEqual(["external"]);
  });

  test("does not open the addresses of cloud metadata", () => {
    const external = { ...EXTERNAL, cidrs: ["169.254.169.254/32"] };
    expect(faults({ mode: "external", external })).toEqual(["external.cidrs.0"]);
  });
});

describe("mode cluster", () => {
  test.each([1, 2, 10, "3"])("does not have %j servers", (instances) => {
    expect(faults({ mode: "cluster", cluster: { instances } })).toEqual(["cluster.instances"]);
  });

  test("does not ask for more than it may use", () => {
    const cluster = { requests: { cpu: "4", memory: "4Gi" }, limits: { cpu: "2", memory: "2Gi" } };
    expect(faults({ cluster })).toEqual(["cluster.requests.cpu", "cluster.requests.memory"]);
  });

  test.each([
    [
      "both",
      {
        ...BACKUP,
        credentials: { accessKeyId: { name: "s3", key: "id" }, secretAccessKey: { name: "s3", key: "key" } },
      },
      ["cluster.backup.roleArn"],
    ],
    ["a bucket with a quote", { ...BACKUP, destination: 's3://x"y/z' }, ["cluster.backup.destination"]],
    ["plain HTTP", { ...BACKUP, endpoint: "http://minio" }, ["cluster.backup.endpoint"]],
    ["a schedule of five fields", { ...BACKUP, schedule: "0 2 * * *" }, ["cluster.backup.schedule"]],
    ["no days to return to", { ...BACKUP, retentionDays: 0 }, ["cluster.backup.retentionDays"]],
  ])("does not back up with %s", (_, backup, paths) => {
    expect(faults({ mode: "cluster", cluster: { backup } })).toEqual(paths);
  });

  test("is not restored from the folder that it archives into, nor without one", () => {
    const recovery = { serverName: "server-1" };
    expect(faults({ cluster: { backup: BACKUP, recovery } })).toEqual(["cluster.backup.serverName"]);
    expect(faults({ cluster: { recovery } })).toEqual(["cluster.recovery"]);
    expect(faults({ cluster: { backup: { ...BACKUP, serverName: "server-2" }, recovery } })).toEqual([]);
  });
});

describe("in production", () => {
  test("a single server is refused, elsewhere it is not", () => {
    expect(stackFaults("production", { mode: "single" })).toEqual(["postgres.mode"]);
    expect(stackFaults("staging", { mode: "single" })).toEqual([]);
  });

  test("a cluster needs backups, elsewhere it does not", () => {
    expect(stackFaults("production", { mode: "cluster" })).toEqual(["postgres.cluster.backup"]);
    expect(stackFaults("production", { mode: "cluster", cluster: { backup: BACKUP } })).toEqual([]);
    expect(stackFaults("staging", { mode: "cluster" })).toEqual([]);
  });

  test("no database and an external one are taken", () => {
    expect(stackFaults("production", {})).toEqual([]);
    expect(stackFaults("production", { mode: "external", external: EXTERNAL })).toEqual([]);
  });
});

test.each([{ password: "x" }, { single: { superuser: true } }, { cluster: { replicas: 3 } }])(
  "the unknown key of %j is refused",
  (settings) => {
    expect(postgresSchema.safeParse(settings).error?.issues[0]?.code).toBe("unrecognized_keys");
  },
);
