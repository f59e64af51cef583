import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterFolder, readCompleted } from "../../../local/region/cluster-folder.ts";
import { isPortFree } from "../../../local/region/free-ports.ts";
import {
  startSimulatedRegions,
  statusOfRegions,
  stopSimulatedRegions,
} from "../../../local/region/simulated.ts";
import { startTemporaryRegions, type TemporaryRegions } from "./temporary-regions.ts";

const NAMES = ["east", "west"];

let regions: TemporaryRegions;

beforeAll(async () => {
  regions = await startTemporaryRegions(...NAMES);
});

afterAll(async () => {
  await regions?.stop();
});

async function startAgain(more: { contexts?: Record<string, string> } = {}) {
  return await startSimulatedRegions({ ...regions.place, names: NAMES, tools: regions.tools, ...more });
}

async function outcomes(): Promise<string[]> {
  return (await startAgain()).map((cluster) => cluster.outcome);
}

/** Kills a part the hard way and returns once it is gone. */
async function kill(region: string, ...names: string[]): Promise<void> {
  const status = (await statusOfRegions(regions.place)).find((found) => found.name === region);
  for (const part of status?.parts ?? []) {
    if (part.pid !== undefined && names.includes(part.name)) process.kill(part.pid, "SIGKILL");
  }
  await expect
    .poll(async () => (await partsAlive(region)).filter((name) => names.includes(name)))
    .toEqual([]);
}

async function partsAlive(region: string): Promise<string[]> {
  const status = (await statusOfRegions(regions.place)).find((found) => found.name === region);
  return (status?.parts ?? []).filter((part) => part.isAlive).map((part) => part.name);
}

/** Command lines of all processes that have to do with the folder of these regions. */
async function processesOf(folder: string): Promise<string[]> {
  const { stdout } = await execa("ps", ["-eo", "args="]);
  return stdout.split("\n").filter((line) => line.includes(folder));
}

/** A StatefulSet whose pods each claim a volume and must not share a zone. */
function database(namespace: string) {
  const labels = { app: "database" };
  const container = {
    name: "database",
    image: "example.com/database:1",
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    volumeMounts: [{ name: "data", mountPath: "/data" }],
  };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "database", namespace },
    spec: {
      serviceName: "database",
      replicas: 3,
      podManagementPolicy: "Parallel",
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: "RuntimeDefault" },
          },
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { topologyKey: "topology.kubernetes.io/zone", labelSelector: { matchLabels: labels } },
              ],
            },
          },
          containers: [container],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
        },
      ],
    },
  };
}

function namespace(name: string) {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

async function deployDatabase(name: string): Promise<void> {
  const kubectl = regions.kubectl("east");
  await kubectl.apply([namespace(name), database(name)]);
  await kubectl.run(["rollout", "status", "statefulset/database", "--timeout", "60s"], { namespace: name });
}

describe("a started region", () => {
  it("is reached by a context of its own name", async () => {
    expect(regions.clusters).toMatchObject([
      { name: "east", context: "east", nodes: "simulated", outcome: "created" },
      { name: "west", context: "west", nodes: "simulated", outcome: "created" },
    ]);
    expect((await regions.kubectl("west").listJson("nodes")).map((node) => node.metadata.name)).toEqual([
      "west-node-1",
      "west-node-2",
      "west-node-3",
    ]);
  });

  it("has each of its nodes in a zone of its own", async () => {
    const nodes = await regions.kubectl("east").listJson("nodes");

    expect(nodes.map((node) => node.metadata.labels?.["topology.kubernetes.io/zone"])).toEqual([
      "east-z1",
      "east-z2",
      "east-z3",
    ]);
  });

  it("has a kubeconfig that only its owner can read", async () => {
    expect((await stat(regions.place.kubeconfig)).mode & 0o777).toBe(0o600);
  });

  it("listens on the loopback address alone", async () => {
    const completed = await readCompleted(clusterFolder(regions.place.workDir, "east"));

    // The wildcard address can be bound only where nobody listens on it.
    for (const port of Object.values(completed?.ports ?? {})) {
      expect([port, await isPortFree(port, "127.0.0.1")]).toEqual([port, false]);
      expect([port, await isPortFree(port, "127.77.99.1")]).toEqual([port, true]);
    }
  });

  it("refuses pods that Pod Security forbids", async () => {
    const kubectl = regions.kubectl("east");
    await kubectl.apply([namespace("guarded")]);
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "rooted", namespace: "guarded" },
      spec: { containers: [{ name: "c", image: "example.com/x:1", securityContext: { privileged: true } }] },
    };

    await expect(kubectl.apply([pod])).rejects.toThrow(/violates PodSecurity "restricted/);
  });

  it("makes the pods of a StatefulSet with claims ready, one in each zone", async () => {
    await deployDatabase("stateful");

    const pods = await regions
      .kubectl("east")
      .run(["get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}"], { namespace: "stateful" });
    expect(pods.split(" ").sort()).toEqual(["east-node-1", "east-node-2", "east-node-3"]);
  });

  it("tells of each part what it uses and where its log is", async () => {
    const [east] = await statusOfRegions(regions.place);

    expect(east).toMatchObject({ name: "east", state: "running" });
    for (const part of east?.parts ?? []) {
      expect(part).toMatchObject({ isAlive: true, pid: expect.any(Number) });
      expect(part.rssBytes).toBeGreaterThan(1024 * 1024);
      expect(await readFile(part.logFile, "utf8")).not.toBe("");
    }
  });
});

describe("a second start", () => {
  it("leaves healthy regions alone", async () => {
    const before = await statusOfRegions(regions.place);

    expect(await outcomes()).toEqual(["unchanged", "unchanged"]);

    const pids = (statuses: typeof before) => statuses.flatMap(({ parts }) => parts.map((part) => part.pid));
    expect(pids(await statusOfRegions(regions.place))).toEqual(pids(before));
  });

  it("calls contexts as the caller asks", async () => {
    const [east] = await startAgain({ contexts: { east: "prod-east" } });

    expect(east).toMatchObject({ name: "east", context: "prod-east", outcome: "unchanged" });
    expect(await regions.kubectl("prod-east").listJson("nodes")).toHaveLength(3);
    await startAgain();
    await expect(regions.kubectl("prod-east").listJson("nodes")).rejects.toThrow(/context .*prod-east/);
  });

  it("frees the volumes whose claims were deleted", async () => {
    const kubectl = regions.kubectl("east");
    await deployDatabase("short-lived");
    await kubectl.run(["delete", "statefulset,pvc", "--all"], { namespace: "short-lived" });
    const phases = () => kubectl.run(["get", "persistentvolumes", "-o", "jsonpath={.items[*].status.phase}"]);
    await expect.poll(phases).toContain("Released");

    await startAgain();

    expect(await phases()).not.toMatch(/Released|Failed/);
  });
});

describe("a damaged region", () => {
  async function keepNote(text: string): Promise<void> {
    const note = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "note", namespace: "default" } };
    await regions.kubectl("east").apply([{ ...note, data: { text } }]);
  }

  async function readNote(): Promise<unknown> {
    return (await regions.kubectl("east").getJson("configmap", "note", { namespace: "default" }))["data"];
  }

  it.each([
    ["kube-apiserver"],
    ["etcd", "kube-scheduler"],
    ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller"],
  ])("runs again with its data after the crash of %s", async (...parts) => {
    await keepNote(parts.join());
    await kill("east", ...parts);
    const before = (await statusOfRegions(regions.place)).map(({ state }) => state);

    const after = await outcomes();

    expect({ before, after }).toEqual({ before: ["partial", "running"], after: ["repaired", "unchanged"] });
    expect(await readNote()).toEqual({ text: parts.join() });
  });

  it("runs again when a pid file names a process of somebody else", async () => {
    await kill("east", "kube-scheduler");
    const pidFile = path.join(clusterFolder(regions.place.workDir, "east").dir, "pids/kube-scheduler.pid");
    await writeFile(pidFile, String(process.pid));

    expect(await outcomes()).toEqual(["repaired", "unchanged"]);
    expect(await partsAlive("east")).toHaveLength(5);
  });

  it.each([["everything"], ["kwok-controller"]])(
    "makes pods ready again after the crash of %s",
    async (crashed) => {
      await kill("east", ...(crashed === "everything" ? await partsAlive("east") : [crashed]));
      await startAgain();

      await expect(deployDatabase(`after-${crashed}`)).resolves.toBeUndefined();
    },
  );

  it("is made anew when its making was interrupted", async () => {
    const folder = clusterFolder(regions.place.workDir, "west");
    await rm(folder.completedFile);
    const before = (await statusOfRegions(regions.place)).map(({ state }) => state);

    const after = await outcomes();

    expect({ before, after }).toEqual({ before: ["running", "partial"], after: ["unchanged", "created"] });
    expect((await processesOf(folder.dir)).length).toBe(5);
  });

  it("is completed by the next start after an aborted one", async () => {
    const place = {
      ...regions.place,
      workDir: `${regions.place.workDir}-2`,
      kubeconfig: `${regions.place.kubeconfig}-2`,
    };
    const options = { ...place, names: ["north"], tools: regions.tools };
    try {
      const controller = new AbortController();
      const start = startSimulatedRegions({
        ...options,
        signal: controller.signal,
        onProgress: () => setImmediate(() => controller.abort(new Error("Ctrl-C"))),
      });
      await expect(start).rejects.toThrow("Ctrl-C");

      expect(await startSimulatedRegions(options)).toMatchObject([{ outcome: "created" }]);
    } finally {
      await stopSimulatedRegions(place);
    }
    expect(await processesOf(place.workDir)).toEqual([]);
  });
});

describe("a refused start", () => {
  it.each(["", "Region", "a/b", "../up", "a-", "1a", "a".repeat(41)])(
    "does not take the name %j",
    async (name) => {
      await expect(
        startSimulatedRegions({ ...regions.place, names: [name], tools: regions.tools }),
      ).rejects.toThrow(`Region name ${JSON.stringify(name)} cannot be used`);
    },
  );
});

// Last, for it ends what the others use.
describe("a stop", () => {
  it("leaves no process, port or file", async () => {
    const { workDir } = regions.place;
    const completed = await Promise.all(NAMES.map((name) => readCompleted(clusterFolder(workDir, name))));
    const ports = completed.flatMap((cluster) => Object.values(cluster?.ports ?? {}));
    expect(ports).toHaveLength(12);
    expect(await processesOf(workDir)).toHaveLength(10);

    await stopSimulatedRegions(regions.place);

    expect(await processesOf(workDir)).toEqual([]);
    expect(await Promise.all(ports.map((port) => isPortFree(port)))).not.toContain(false);
    expect(await readdir(path.dirname(workDir))).toEqual([]);
    expect(await statusOfRegions(regions.place)).toEqual([]);
  });

  it("has nothing to do when there is nothing", async () => {
    await expect(stopSimulatedRegions(regions.place)).resolves.toBeUndefined();
  });
});
