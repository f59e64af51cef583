import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { COORDINATOR, NAMESPACE } from "../../../agent-runtime/src/contract.ts";
import { serviceStatus, stopService } from "../../../local/process/background-service.ts";
import { type StartCoordinatorOptions, startCoordinator } from "../../../local/region/coordinator-process.ts";
import { findFreePorts } from "../../../local/region/free-ports.ts";
import type { Kubectl } from "../../../local/region/kubectl.ts";
import { startTemporaryRegions, type TemporaryRegions } from "./temporary-regions.ts";

const ADDRESS = "127.77.98.1";
const STUB = path.join(import.meta.dirname, "stub-runtime.mjs");

let regions: TemporaryRegions;
let kubectl: Kubectl;
let folder: string;
let port: number;

beforeAll(async () => {
  regions = await startTemporaryRegions("east");
  kubectl = regions.kubectl("east");
  await kubectl.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }]);
});

afterAll(async () => {
  await regions?.stop();
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "coordinator-"));
  [port = 0] = await findFreePorts(1);
  await deploy({});
});

afterEach(async () => {
  await stopService(path.join(folder, "process"), { graceMs: 0 });
  await rm(folder, { recursive: true, force: true });
});

/** Deploys a coordinator as the stack does: a ConfigMap and a Secret as environment, a mounted ConfigMap. */
async function deploy(settings: Record<string, string>): Promise<void> {
  const metadata = (name: string) => ({ name, namespace: NAMESPACE });
  const data = {
    HTTP_PORT: String(port),
    HOST: "0.0.0.0",
    REDIS_URL: "redis+sentinel://valkey",
    ...settings,
  };
  const container = {
    name: "coordinator",
    image: "example.com/agent:1",
    envFrom: [{ configMapRef: { name: "environment" } }, { secretRef: { name: "secret" } }],
    env: [
      { name: "CONFIG_FILE", value: "/app/config/limits.yaml" },
      { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "GREETING", value: "key $(GATEWAY_KEY_SHA256)" },
    ],
    volumeMounts: [{ name: "config", mountPath: "/app/config" }],
  };
  const labels = { app: "claude-agent" };
  await kubectl.apply([
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("environment"), data },
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("files"), data: { "limits.yaml": "limit: 1" } },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata("secret"),
      stringData: { GATEWAY_KEY_SHA256: "abc" },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(COORDINATOR),
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 20,
            containers: [container],
            volumes: [{ name: "config", configMap: { name: "files" } }],
          },
        },
      },
    },
  ]);
}

async function start(more: Partial<StartCoordinatorOptions> = {}) {
  const [region] = regions.clusters;
  if (region === undefined) throw new Error("no region");
  return await startCoordinator({
    region,
    kubectl: regions.tools.kubectl.path,
    address: ADDRESS,
    bundle: STUB,
    folder: path.join(folder, "process"),
    logFile: path.join(folder, "coordinator.log"),
    ...more,
  });
}

async function get(pathName: string): Promise<string> {
  return await (await fetch(`http://${ADDRESS}:${port}${pathName}`)).text();
}

describe("startCoordinator", () => {
  it("runs the bundle with the Deployment's environment and the overlay, and nothing else", async () => {
    const { httpUrl, outcome } = await start();

    const env = z.record(z.string(), z.string()).parse(JSON.parse(await get("/env")));
    const { PATH, HOME, TZ, ...rest } = env;
    expect({ httpUrl, outcome }).toEqual({ httpUrl: `http://${ADDRESS}:${port}`, outcome: "started" });
    expect(rest).toEqual({
      HOST: ADDRESS,
      OPS_HOST: ADDRESS,
      CONFIG_DIR: path.join(folder, "process/mounts/app/config"),
      HTTP_PORT: String(port),
      GATEWAY_KEY_SHA256: "abc",
      GREETING: "key abc",
      POD: `${COORDINATOR}-host`,
      CONFIG_FILE: path.join(folder, "process/mounts/app/config/limits.yaml"),
    });
  });

  it("tells how the environment differs from the pod's", async () => {
    const { overlay } = await start();

    expect(overlay.map(({ name, action }) => `${action} ${name}`).sort()).toEqual([
      "drop REDIS_URL",
      "set CONFIG_DIR",
      "set CONFIG_FILE",
      "set HOST",
      "set OPS_HOST",
    ]);
  });

  it("lets the process read the files that are mounted in the pod", async () => {
    await start();

    expect(await get("/config")).toBe("limit: 1");
  });

  it("leaves alone what is current", async () => {
    const first = await start();

    const second = await start();

    expect(second).toEqual({ ...first, outcome: "unchanged" });
  });

  it("starts a dead one", async () => {
    const first = await start();
    process.kill(first.pid, "SIGKILL");
    await expect.poll(async () => (await serviceStatus(path.join(folder, "process"))).state).toBe("stopped");

    const second = await start();

    expect(second.outcome).toBe("started");
    expect(second.pid).not.toBe(first.pid);
  });

  it("lets turns finish before it starts again with changed configuration", async () => {
    await start();
    const turn = await fetch(`http://${ADDRESS}:${port}/turn`);
    await deploy({ COLOR: "blue" });

    const { outcome } = await start();

    expect(outcome).toBe("restarted");
    expect(await turn.text()).toBe("begun finished");
    expect(JSON.parse(await get("/env"))).toMatchObject({ COLOR: "blue" });
  });

  it("starts again with a changed bundle", async () => {
    const bundle = path.join(folder, "bundle.mjs");
    await writeFile(bundle, await readFile(STUB));
    await start({ bundle });
    await writeFile(bundle, `${await readFile(STUB, "utf8")}\n// changed\n`);

    expect((await start({ bundle })).outcome).toBe("restarted");
  });

  it("tells why a process ended at its start", async () => {
    await deploy({ FAIL_WITH: "the key is missing" });

    await expect(start()).rejects.toThrow(
      /^The coordinator of east \(pid \d+\) ended\. .*\nthe key is missing$/s,
    );
  });

  it("refuses a Deployment whose Secret does not exist, and leaves the running process alone", async () => {
    const { pid } = await start();
    await kubectl.delete("secret", ["secret"], { namespace: NAMESPACE });

    await expect(start()).rejects.toThrow("envFrom: Secret secret does not exist");

    expect(await serviceStatus(path.join(folder, "process"))).toMatchObject({ pid, state: "ready" });
  });

  it("refuses a region that has no coordinator", async () => {
    await expect(start({ deployment: "absent" })).rejects.toThrow('deployments.apps "absent" not found');
  });
});

describe("the status of the coordinator", () => {
  it("tells a ready process from a stopped one", async () => {
    const { pid } = await start();
    const running = await serviceStatus(path.join(folder, "process"));

    await stopService(path.join(folder, "process"), { graceMs: 10_000 });

    expect(running).toMatchObject({ pid, state: "ready" });
    expect(await serviceStatus(path.join(folder, "process"))).toMatchObject({
      pid: undefined,
      state: "stopped",
    });
  });
});
