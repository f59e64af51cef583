import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseMemoryBytes } from "../../components/quantity.ts";
import { maxMemoryBytes } from "../../components/valkey/valkey-pod.ts";
import { build, EXPORTER, environmentOf, secretsOf } from "./build-valkey.ts";
import { only } from "./record-stack.ts";

const SCRIPTS = ["cluster.sh", "start-valkey.sh", "start-sentinel.sh", "probe.sh"];

describe("Valkey's StatefulSet", () => {
  test("has a server and a Sentinel in each of three pods that start together", async () => {
    const { spec, server, sentinel } = await build();
    expect(spec).toMatchObject({
      replicas: 3,
      serviceName: "claude-agent-valkey",
      podManagementPolicy: "Parallel",
    });
    expect([server.name, sentinel.name]).toEqual(["valkey", "sentinel"]);
    expect(server.command).toEqual(["sh", "/scripts/start-valkey.sh"]);
    expect(sentinel.command).toEqual(["sh", "/scripts/start-sentinel.sh"]);
  });

  test("tells each pod its own host name and those of all", async () => {
    const { server, sentinel } = await build();
    const domain = "claude-agent-valkey.ai-agents.svc.cluster.local";
    expect(environmentOf(server)).toMatchObject({
      VALKEY_SELF: `$(POD_NAME).${domain}`,
      VALKEY_PEERS: [0, 1, 2].map((ordinal) => `claude-agent-valkey-${ordinal}.${domain}`).join(" "),
      VALKEY_QUORUM: "2",
      VALKEY_MIN_REPLICAS: "1",
    });
    expect(environmentOf(sentinel)).toEqual(environmentOf(server));
  });

  test("takes the password of its pods and who is let in from a Secret, never as a value", async () => {
    const { pod } = await build({ exporter: EXPORTER });
    expect(secretsOf(pod)).toEqual({
      valkey: { VALKEY_PASSWORD: "password", VALKEY_ACCESS_LIST: "server.acl" },
      sentinel: { VALKEY_PASSWORD: "password", VALKEY_ACCESS_LIST: "sentinel.acl" },
      exporter: { REDIS_PASSWORD: "exporter-password" },
    });
    expect(JSON.stringify(pod)).not.toMatch(/password-value/);
  });

  test("keeps its data on a volume of its own", async () => {
    const { spec } = await build({ storageClass: "fast" });
    expect(spec.volumeClaimTemplates).toMatchObject([
      {
        metadata: { name: "data" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: "fast",
          resources: { requests: { storage: "10Gi" } },
        },
      },
    ]);
  });

  test("leaves the storage class to the cluster unless one is named", async () => {
    const { spec } = await build();
    expect(spec.volumeClaimTemplates[0].spec).not.toHaveProperty("storageClassName");
  });

  test("replaces one pod at a time and waits until the Sentinels have seen it", async () => {
    const { resources, spec } = await build();
    expect(spec.minReadySeconds).toBe(15);
    expect(
      only(resources, "kubernetes:policy/v1:PodDisruptionBudget", "store-disruption").inputs.spec,
    ).toEqual({
      selector: { matchLabels: spec.selector.matchLabels },
      maxUnavailable: 1,
    });
  });

  test.each(["server", "sentinel"] as const)(
    "the %s has all three probes and no privilege",
    async (which) => {
      const { [which]: container } = await build();
      const asks = (check: string) => ({ exec: { command: ["sh", "/scripts/probe.sh", check] } });
      expect(container.startupProbe).toMatchObject(asks(`${which}-alive`));
      expect(container.livenessProbe).toMatchObject(asks(`${which}-alive`));
      expect(container.readinessProbe).toMatchObject(
        which === "server" ? asks("server-ready") : { tcpSocket: { port: "sentinel" } },
      );
      expect(container.securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    },
  );

  test.each(["server", "sentinel"] as const)("a %s out of step is not ready within 10 s", async (which) => {
    const { [which]: container } = await build();
    const { periodSeconds, failureThreshold } = container.readinessProbe;
    expect(periodSeconds * failureThreshold).toBe(10);
  });

  test("the server's readiness, which costs a process each time, is asked for every 10 s", async () => {
    const { server } = await build();
    expect(server.readinessProbe.periodSeconds).toBe(10);
  });

  test("with hard spread no two pods share a node", async () => {
    const { pod, spec } = await build();
    expect(pod.affinity.podAntiAffinity).toEqual({
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: spec.selector.matchLabels } },
      ],
    });
  });

  test("with soft spread two pods may share a node when there is no other", async () => {
    const { pod } = await build({ spread: "soft" });
    expect(Object.keys(pod.affinity.podAntiAffinity)).toEqual([
      "preferredDuringSchedulingIgnoredDuringExecution",
    ]);
  });
});

describe("Valkey's memory", () => {
  test.each(["128Mi", "2Gi", "64Gi"])("leaves part of a limit of %s for copies and buffers", (limit) => {
    expect(maxMemoryBytes(limit)).toBeLessThanOrEqual(parseMemoryBytes(limit) * 0.6);
    expect(maxMemoryBytes(limit)).toBeGreaterThan(parseMemoryBytes(limit) * 0.5);
  });

  test("is given to the server in bytes", async () => {
    const { server } = await build();
    expect(environmentOf(server)["VALKEY_MAXMEMORY"]).toBe(String(maxMemoryBytes("2Gi")));
  });
});

test("the headless Service finds pods before they are ready", async () => {
  const { resources, spec } = await build();
  expect(only(resources, "kubernetes:core/v1:Service", "store-service").inputs).toMatchObject({
    metadata: { name: "claude-agent-valkey" },
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: spec.selector.matchLabels,
      ports: [
        { name: "valkey", port: 6379 },
        { name: "sentinel", port: 26379 },
      ],
    },
  });
});

describe("the scripts", () => {
  test("are all in the pods, as they are in the repository", async () => {
    const { resources } = await build();
    const { data } = only(resources, "kubernetes:core/v1:ConfigMap", "store-scripts").inputs;
    expect(Object.keys(data).sort()).toEqual([...SCRIPTS].sort());
    expect(data["start-valkey.sh"]).toContain("maxmemory-policy noeviction");
    expect(data["start-valkey.sh"]).toContain("save 900 1 300 10 60 10000");
  });

  test.each(SCRIPTS)("%s is a well-formed POSIX script", (script) => {
    const path = fileURLToPath(new URL(`../../components/valkey/${script}`, import.meta.url));
    expect(() => execFileSync("sh", ["-n", path], { stdio: "pipe" })).not.toThrow();
  });
});
