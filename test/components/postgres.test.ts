import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { databaseUrl } from "../../components/postgres/credentials.ts";
import { sharedBuffers } from "../../components/postgres/memory.ts";
import { build, buildSingle } from "./postgres/build-postgres.ts";
import { only, passwordOf, type Recorded, settled } from "./record-stack.ts";

const SET = ["kubernetes:apps/v1:StatefulSet", "database-set"] as const;
const SECRET = ["kubernetes:core/v1:Secret", "database-credentials"] as const;

function podOf(children: readonly Recorded[]) {
  return only(children, ...SET).inputs.spec.template.spec;
}

describe("no database", () => {
  test("is made with mode none, and there is no URL", async () => {
    const { names, result } = await build({ mode: "none" });
    expect([names, result.url, result.urlSecret]).toEqual([[], undefined, undefined]);
  });

  test("is made with mode external, and the Secret with the URL is named", async () => {
    const urlSecret = { name: "rds", key: "url" };
    const { names, result } = await build({ mode: "external", urlSecret });
    expect([names, result.url, result.urlSecret]).toEqual([[], undefined, urlSecret]);
  });
});

describe("a single server", () => {
  test("is a pod with its volume, Service, account, passwords and scripts, and no PodDisruptionBudget", async () => {
    const { names } = await buildSingle();
    expect(names).toEqual([
      "database-account",
      "database-credentials",
      "database-exporter-password",
      "database-password",
      "database-scripts",
      "database-service",
      "database-set",
    ]);
  });

  test("has a URL that is a secret, with the password in use, encrypted, as the owning role", async () => {
    const { result } = await buildSingle();
    expect(await Reflect.get(result.url ?? {}, "isSecret")).toBe(true);
    if (result.url === undefined) throw new Error("no URL");
    expect(await settled(result.url)).toBe(
      `postgresql://app_1:${passwordOf("database-password", 40)}@claude-agent-postgres.ai-agents.svc.cluster.local:5432/app?sslmode=require&options=-c%20role%3Dapp`,
    );
  });

  test("keeps its data on one volume of the size and class that are stated", async () => {
    const { children } = await buildSingle({ storage: "50Gi", storageClass: "fast" });
    const { spec } = only(children, ...SET).inputs;
    expect(spec.replicas).toBe(1);
    expect(spec.volumeClaimTemplates).toMatchObject([
      {
        metadata: { name: "data" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: "fast",
          resources: { requests: { storage: "50Gi" } },
        },
      },
    ]);
  });

  test("is confined, with requests and limits of everything, in both containers", async () => {
    const pod = podOf((await buildSingle()).children);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(pod.containers.map(({ name }: { name: string }) => name)).toEqual(["postgres", "exporter"]);
    for (const { securityContext, resources } of pod.containers) {
      expect(securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      });
      for (const kind of ["requests", "limits"]) {
        expect(Object.keys(resources[kind]).sort()).toEqual(["cpu", "ephemeral-storage", "memory"]);
      }
    }
  });

  test("cuts its clients off before it is stopped, and has a minute to write everything", async () => {
    const pod = podOf((await buildSingle()).children);
    expect(pod.terminationGracePeriodSeconds).toBe(60);
    expect(pod.containers[0].lifecycle.preStop.exec.command).toEqual([
      "pg_ctl",
      "-D",
      "/data/data",
      "-m",
      "fast",
      "-W",
      "stop",
    ]);
  });

  test("is alive while it recovers, and ready only when it takes clients", async () => {
    const [{ startupProbe, livenessProbe, readinessProbe }] = podOf(
      (await buildSingle()).children,
    ).containers;
    const isReady = "pg_isready -q -h 127.0.0.1 -U app -d app";
    expect(readinessProbe.exec.command).toEqual(["sh", "-c", isReady]);
    expect(livenessProbe.exec.command).toEqual(["sh", "-c", `${isReady}; [ $? -le 1 ]`]);
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(600);
  });

  test("without exporter has one container, one password and one port", async () => {
    const { children, names } = await buildSingle({ exporter: { enabled: false } });
    expect(names).not.toContain("database-exporter-password");
    expect(podOf(children).containers).toHaveLength(1);
    expect(Object.keys(only(children, ...SECRET).inputs.stringData)).toEqual(["app_1"]);
    expect(only(children, "kubernetes:core/v1:Service", "database-service").inputs.spec.ports).toEqual([
      { name: "postgres", port: 5432, targetPort: "postgres" },
    ]);
  });

  test("makes a certificate unless a TLS Secret is named", async () => {
    const tlsOf = async (tlsSecretName?: string) => {
      const pod = podOf((await buildSingle(tlsSecretName === undefined ? {} : { tlsSecretName })).children);
      const variables = pod.containers[0].env.map(({ name }: { name: string }) => name);
      return [
        variables.includes("POSTGRES_TLS"),
        pod.volumes.some(({ name }: { name: string }) => name === "tls"),
      ];
    };
    expect(await tlsOf()).toEqual([false, false]);
    expect(await tlsOf("database-tls")).toEqual([true, true]);
  });

  test("the exporter gets its own password alone, encrypted on the way, as a file", async () => {
    const [, exporter] = podOf((await buildSingle()).children).containers;
    expect(exporter.volumeMounts).toEqual([
      { name: "credentials", mountPath: "/credentials/exporter", subPath: "exporter", readOnly: true },
    ]);
    expect(exporter.env).toEqual([
      { name: "DATA_SOURCE_URI", value: "127.0.0.1:5432/app?sslmode=require" },
      { name: "DATA_SOURCE_USER", value: "exporter" },
      { name: "DATA_SOURCE_PASS_FILE", value: "/credentials/exporter" },
    ]);
  });
});

describe("while its password is replaced a single server", () => {
  test.each([
    ["accepts the next one as well", { use: 1, accept: [1, 2] }, ["app_1", "app_2"], "app_1"],
    ["hands out the next one", { use: 2, accept: [1, 2] }, ["app_1", "app_2"], "app_2"],
    ["accepts the next one alone", { use: 2, accept: [2] }, ["app_2"], "app_2"],
  ])("%s", async (_, rotation, roles, user) => {
    const { children, result } = await buildSingle({ exporter: { enabled: false } }, { rotation });
    expect(Object.keys(only(children, ...SECRET).inputs.stringData)).toEqual(roles);
    if (result.url === undefined) throw new Error("no URL");
    expect(new URL(await settled(result.url)).username).toBe(user);
  });
});

test("fault 9: the passwords stand in one Secret alone, never in a ConfigMap, an environment or a command", async () => {
  const { children } = await buildSingle();
  const canaries = [passwordOf("database-password", 40), passwordOf("database-exporter-password", 40)];
  const holders = children.filter(({ inputs }) =>
    canaries.some((canary) => JSON.stringify(inputs).includes(canary)),
  );
  expect(holders.map(({ name }) => name)).toEqual(["database-credentials"]);
  expect(holders[0]?.secretInputs).toEqual(["stringData"]);
});

test("the URL can be read by every client library: no blank, no plus, one host", () => {
  const url = new URL(databaseUrl("app_3", "secret", "db.example"));
  expect(url.search).not.toMatch(/[+ ]/);
  expect([url.username, url.host, url.pathname, url.searchParams.get("options")]).toEqual([
    "app_3",
    "db.example:5432",
    "/app",
    "-c role=app",
  ]);
});

test.each([
  ["1Gi", "256MB"],
  ["2Gi", "512MB"],
  ["32Mi", "16MB"],
])("with %s of memory %s are for cached pages", (limit, buffers) => {
  expect(sharedBuffers(limit)).toBe(buffers);
});

test.each(["start-postgres.sh", "roles.sh"])("%s is a well-formed POSIX script", (script) => {
  const path = fileURLToPath(new URL(`../../components/postgres/${script}`, import.meta.url));
  expect(() => execFileSync("sh", ["-n", path], { stdio: "pipe" })).not.toThrow();
});
