import { readdir, stat } from "node:fs/promises";
import { get } from "node:https";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { removeBridge } from "../../../../local/region/real/host-network.ts";
import { realNodesHindrance } from "../../../../local/region/real/host-support.ts";
import { boot, powerOff } from "../../../../local/region/real/machine.ts";
import { differences, type HostState, snapshotHost } from "./host-state.ts";
import { startTemporaryRealRegion, type TemporaryRealRegion } from "./temporary-real-region.ts";

/** Notes each of its starts on its volume; says so; serves. */
const PROGRAM = `
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
appendFileSync("/data/starts", "started\\n");
console.log(JSON.stringify({ message: "started" }));
createServer((_, response) => response.end(readFileSync("/data/starts"))).listen(8080);
`;

const CLAIM = "data";
const POD = "keeper";
const WAIT = { timeout: 60_000, interval: 200 };

describe.skipIf((await realNodesHindrance()) !== undefined)("a region of real pods", () => {
  let before: HostState;
  let region: TemporaryRealRegion;

  beforeAll(async () => {
    before = await snapshotHost();
    region = await startTemporaryRealRegion(PROGRAM);
    await region.equip();
    // A controller makes it some time after the namespace, and without it no pod is taken.
    await vi.waitFor(() => run("get", "serviceaccount", "default"), WAIT);
    await region.kubectl.apply(podWithClaim(region.image.reference), { namespace: "default" });
  });
  afterAll(() => region?.stop());

  const run = (...args: string[]) => region.kubectl.run(args, { namespace: "default" });
  const inPod = (script: string) => run("exec", POD, "--", "node", "-p", script);
  const startsOnVolume = () => inPod("fs.readFileSync('/data/starts', 'utf8').trim().split('\\n').length");

  async function partPid(name: string): Promise<number | undefined> {
    return (await region.status()).parts.find((part) => part.name === name)?.pid;
  }

  /** Status of an answer to somebody without credentials. */
  function askAsNobody(host: string, port: number, what: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      get({ host, port, path: what, rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on("error", reject);
    });
  }

  it("is created with its machines, and every program of them runs", async () => {
    const { cluster, layout } = region;

    expect(cluster).toMatchObject({
      name: "region-a",
      context: "region-a",
      nodes: "real",
      outcome: "created",
      workerAddresses: [layout.workers[0]?.address],
    });
    const { state, parts, usage } = await region.status();
    expect({ state, parts: parts.map(({ name, isAlive }) => [name, isAlive]) }).toEqual({
      state: "running",
      parts: [
        ...["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"],
        ...["containerd-1", "kubelet-1", "kube-proxy-1"],
      ].map((name) => [name, true]),
    });
    expect(usage?.cpuSeconds).toBeGreaterThan(0);
    expect(usage?.pssBytes).toBeGreaterThan(100 * 1024 ** 2);
  });

  it("runs a pod with a claim until it is ready, with an address of its worker", async () => {
    await run("wait", "--for=condition=Ready", `pod/${POD}`, "--timeout=60s");

    const [address, node] = (
      await run("get", "pod", POD, "-o", "jsonpath={.status.podIP} {.spec.nodeName}")
    ).split(" ");
    expect(node).toBe("region-a-worker-1");
    expect(address).toMatch(new RegExp(`^10\\.${region.environment.block}\\.9\\.\\d+$`));
  });

  it("shows what the pod says, and lets somebody in", async () => {
    expect(JSON.parse(await run("logs", POD))).toEqual({ message: "started" });
    expect(await inPod("process.getuid()")).toBe("10001");
    expect(await startsOnVolume()).toBe("1");
  });

  it("gives names to services, and none to the world", async () => {
    await region.kubectl.run(["rollout", "status", "deployment/coredns", "--timeout=60s"], {
      namespace: "kube-system",
    });
    const lookUp = (name: string) =>
      run(
        "exec",
        POD,
        "--",
        "node",
        "-e",
        `dns.resolve4(${JSON.stringify(name)}, (e, a) => console.log(e?.code ?? a[0]))`,
      );

    expect(await lookUp("kubernetes.default.svc.cluster.local")).toBe(region.layout.addresses.apiService);
    expect(await lookUp("example.com")).toBe("ENOTFOUND");
  });

  it("measures its pods", async () => {
    const usage = () =>
      run("get", "--raw", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods").catch(String);

    await expect.poll(usage, WAIT).toMatch(new RegExp(`"name":"${POD}".*"memory":"\\d+Ki"`));
  });

  it("ends a container that takes more memory than its limit", async () => {
    const greedy = podRunning("greedy", region.image.reference, "Buffer.alloc(512 * 1024 ** 2, 1)");
    await region.kubectl.apply([greedy], { namespace: "default" });

    const reason = "jsonpath={.status.containerStatuses[0].state.terminated.reason}";
    await expect.poll(() => run("get", "pod", "greedy", "-o", reason), WAIT).toBe("OOMKilled");
  });

  it("refuses a pod that is not confined where pods have to be", async () => {
    const label = { "pod-security.kubernetes.io/enforce": "restricted" };
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "strict", labels: label } };
    await region.kubectl.apply([namespace]);

    const pod = podRunning("loose", region.image.reference, "0");
    const refused = region.kubectl.apply([pod], { namespace: "strict" });
    await expect(refused).rejects.toThrow(/violates PodSecurity "restricted/);
  });

  it("serves nobody without credentials, neither at its API server nor at its kubelet", async () => {
    const { controlPlane, workers } = region.layout;

    expect(await askAsNobody(controlPlane.address, 6443, "/api")).toBe(401);
    expect(await askAsNobody(workers[0]?.address ?? "", 10_250, "/pods")).toBe(401);
  });

  it("has credentials that only its owner can read", async () => {
    const files = [region.place.kubeconfig, path.join(region.layout.folder, "kubeconfig.yaml")];

    for (const file of files) expect([file, (await stat(file)).mode & 0o777]).toEqual([file, 0o600]);
  });

  it("is left alone by a second start", async () => {
    const pids = async () => (await region.status()).parts.map(({ pid }) => pid);
    const running = await pids();

    expect(await region.start()).toMatchObject([{ outcome: "unchanged" }]);
    await region.equip();

    expect(await pids()).toEqual(running);
    expect(await startsOnVolume()).toBe("1");
  });

  it("starts a kubelet that was killed again, and pods do not notice", async () => {
    const pid = await partPid("kubelet-1");
    process.kill(pid ?? 0, "SIGKILL");

    await expect.poll(async () => ((await partPid("kubelet-1")) ?? pid) !== pid, WAIT).toBe(true);
    await expect.poll(() => startsOnVolume().catch(String), WAIT).toBe("1");
  });

  it("has a worker's pods and their data again once that was without power", async () => {
    const [worker] = region.layout.workers;
    if (worker === undefined) throw new Error("no worker");

    await powerOff(worker);
    expect((await region.status()).state).toBe("partial");
    await boot(worker);
    await region.equip();

    await run("wait", "--for=condition=Ready", "node/region-a-worker-1", "--timeout=60s");
    await expect.poll(() => startsOnVolume().catch(String), WAIT).toBe("2");
    await run("wait", "--for=condition=Ready", `pod/${POD}`, "--timeout=60s");
  });

  it("is repaired with its data when the host has lost everything but its disk", async () => {
    const { controlPlane, workers } = region.layout;
    for (const machine of [controlPlane, ...workers]) await powerOff(machine);
    await removeBridge(region.environment.block);

    expect(await region.start()).toMatchObject([{ outcome: "repaired" }]);
    await region.equip();

    expect((await region.status()).state).toBe("running");
    await expect.poll(() => startsOnVolume().catch(String), WAIT).toBe("3");
  });

  it("offers the volume of a deleted claim again, empty", async () => {
    const volume = await run("get", "pvc", CLAIM, "-o", "jsonpath={.spec.volumeName}");
    const folder = path.join(
      region.layout.workers[0]?.folder ?? "",
      "volumes",
      volume.replace("region-a-worker-1-", ""),
    );
    const phase = () => run("get", "pv", volume, "-o", "jsonpath={.status.phase}");
    expect(await readdir(folder)).toEqual(["starts"]);
    await run("delete", "pod", POD, "--grace-period=1");
    await run("delete", "pvc", CLAIM);
    await expect.poll(phase, WAIT).toBe("Released");

    await region.equip();

    await expect.poll(phase, WAIT).toBe("Available");
    expect(await readdir(folder)).toEqual([]);
  });

  // Last, for it ends what the others use.
  it("leaves the host as it was before", async () => {
    await region.stop();

    await expect
      .poll(async () => differences(before, await snapshotHost(), region.environment), WAIT)
      .toEqual([]);
    await expect(stat(path.dirname(region.place.workDir))).rejects.toThrow("ENOENT");
  });
});

/** A pod that runs a script once, with a limit of memory that is enough for Node alone. */
function podRunning(name: string, image: string, script: string): object {
  const resources = { limits: { memory: "128Mi" } };
  const containers = [{ name, image, command: ["node", "-e", script], resources }];
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { restartPolicy: "Never", containers } };
}

/** A pod that keeps its data on a volume, as confined as the platform's own. */
function podWithClaim(image: string): object[] {
  const container = {
    name: POD,
    image,
    readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 },
    volumeMounts: [{ name: "data", mountPath: "/data" }],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: CLAIM },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: POD },
      spec: {
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 10_001,
          fsGroup: 10_001,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [container],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: CLAIM } }],
      },
    },
  ];
}
