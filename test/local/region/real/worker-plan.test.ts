import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { MAX_WORKERS, regionAddresses } from "../../../../local/region/real/address-plan.ts";
import { Authority } from "../../../../local/region/real/authority.ts";
import { CONTAINERD_SOCKET } from "../../../../local/region/real/container-runtime.ts";
import {
  IMAGES_TAINT,
  type WorkerOptions,
  workerPlan,
  writeWorkerFiles,
} from "../../../../local/region/real/worker-plan.ts";

const GROUP = "/claude-agents/default/region-b-worker-2";

let root: string;
let options: WorkerOptions;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "worker-"));
  options = {
    region: "region-b",
    block: 96,
    addresses: regionAddresses(96, 1),
    number: 2,
    folder: path.join(root, "region-b-worker-2"),
    controlGroup: GROUP,
    authority: await Authority.open(path.join(root, "pki"), "region-b-authority"),
    tools: { kubelet: { path: "/tools/kubelet" }, "kube-proxy": { path: "/tools/kube-proxy" } },
    pauseImage: "claude-agents.local/pause@sha256:abc",
  };
  await writeWorkerFiles(options);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const plan = (number = 2) => workerPlan({ ...options, number });
const planned = (file: string) => plan().files?.[file] ?? `no ${file} is planned`;
const written = (file: string) => readFile(path.join(options.folder, file), "utf8");

function kubeletFlags(number?: number): readonly string[] {
  return plan(number).services.find(({ name }) => name === "kubelet")?.command ?? [];
}

describe("the plan of a worker", () => {
  it("changes with its configuration, so that it is restarted for it", () => {
    const other = workerPlan({ ...options, pauseImage: "claude-agents.local/pause@sha256:def" });

    expect(JSON.stringify(other)).not.toBe(JSON.stringify(plan()));
  });

  it("runs containerd, then the kubelet, and kube-proxy once the API server answers", () => {
    const { services } = plan();

    expect(services.map(({ name, command, after }) => [name, command[0], after])).toEqual([
      ["containerd", "containerd", undefined],
      ["kubelet", "/tools/kubelet", { kind: "socket", path: CONTAINERD_SOCKET }],
      [
        "kube-proxy",
        "/tools/kube-proxy",
        { kind: "https", url: "https://10.96.0.16:6443/readyz", authorityFile: "/run/machine/pki/ca.crt" },
      ],
    ]);
  });

  it("sets up private folders first, then its settings, then its network, then what the network needs", () => {
    const { setup } = plan();

    const steps = setup.map((command) => {
      if (command.includes("overlay") || command.join(" ").includes("/overlay/")) return "folders";
      if (command.join(" ").includes("sysctl/")) return "settings";
      return ["hostname", "ip"].includes(command[0]) ? "network" : command[0];
    });
    const order = steps.filter((step, index) => step !== steps[index - 1]);
    expect(order).toEqual(["folders", "settings", "network", "sysctl", "iptables"]);
  });

  it("keeps what containerd and the kubelet write to fixed paths in its own folder", () => {
    const { setup } = plan();

    expect(setup.filter((command) => command.includes("overlay"))).toEqual([
      ["mount", "-t", "overlay", "overlay", "-o", overlayOf("/var/lib"), "/var/lib"],
      ["mount", "-t", "overlay", "overlay", "-o", overlayOf("/var/log"), "/var/log"],
    ]);
  });

  it("changes one setting of the kernel, which its network has for itself; others are files that it is shown", () => {
    const { setup } = plan();

    expect(setup.filter(([program]) => program === "sysctl")).toEqual([
      ["sysctl", "-qw", "net.ipv4.ip_forward=1"],
    ]);
    const onto = setup.filter((command) => command.at(-1)?.startsWith("/proc/sys/"));
    expect(onto.map(([program, how, from, to]) => [program, how, from, to])).toEqual(
      onto.map((command) => {
        const name = command.at(-1)?.replace("/proc/sys/", "");
        return ["mount", "--bind", `/run/sysctl/${name}`, `/proc/sys/${name}`];
      }),
    );
    expect(onto).toHaveLength(6);
  });

  it("lets pods keep their address among themselves and take the worker's to everybody else", () => {
    const { setup } = plan();

    expect(setup.filter(([program]) => program === "iptables").map((command) => command.join(" "))).toEqual([
      "iptables -t nat -A POSTROUTING -s 10.96.18.0/24 ! -d 10.96.16.0/21 -o eth0 -j MASQUERADE",
    ]);
  });

  it("leads to the pods of every other worker there may be, and by the host to the rest", () => {
    const { setup } = plan();

    const routes = setup.filter(([, what, how]) => what === "route" && how === "add");
    expect(routes.map((command) => command.slice(3).join(" "))).toEqual([
      "default via 10.96.0.1",
      ...[1, 3, 4, 5, 6, 7].map((number) => `10.96.${16 + number}.0/24 via 10.96.0.${16 + number}`),
    ]);
  });

  it("puts each worker of a region into a zone of its own", () => {
    const zones = Array.from({ length: MAX_WORKERS }, (_, index) => {
      const labels = kubeletFlags(index + 1).find((flag) => flag.startsWith("--node-labels="));
      return /zone=(.+)$/.exec(labels ?? "")?.[1];
    });

    expect(zones).toEqual(Array.from({ length: MAX_WORKERS }, (_, index) => `region-b-z${index + 1}`));
  });

  it("names the node, its address and its region", () => {
    expect(kubeletFlags()).toEqual(
      expect.arrayContaining([
        "--hostname-override=region-b-worker-2",
        "--node-ip=10.96.0.18",
        "--node-labels=topology.kubernetes.io/region=region-b,topology.kubernetes.io/zone=region-b-z2",
      ]),
    );
  });
});

function overlayOf(folder: string): string {
  const own = `/run/machine/overlay${folder}`;
  return `lowerdir=${folder},upperdir=${own}/upper,workdir=${own}/work`;
}

describe("the kubelet's configuration", () => {
  const config = () => parse(planned("kubelet.yaml"));

  it("serves nobody without credentials, and asks the API server what the others may do", () => {
    expect(config()).toMatchObject({
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: "/run/machine/pki/ca.crt" },
      },
      authorization: { mode: "Webhook" },
      tlsCertFile: "/run/machine/pki/kubelet-server.crt",
      tlsPrivateKeyFile: "/run/machine/pki/kubelet-server.key",
    });
  });

  it("has no port that is open to anybody", () => {
    const { readOnlyPort, healthzBindAddress } = config();

    expect({ readOnlyPort, healthzBindAddress }).toEqual({
      readOnlyPort: undefined,
      healthzBindAddress: "127.0.0.1",
    });
  });

  it("keeps pods in the machine's control group, so that they end with it", () => {
    expect(config()).toMatchObject({ cgroupDriver: "cgroupfs", cgroupRoot: GROUP });
  });

  it("registers with the taint that keeps pods off until the images are there", () => {
    expect(IMAGES_TAINT).toMatchObject({ effect: "NoSchedule" });
    expect(config().registerWithTaints).toEqual([IMAGES_TAINT]);
  });

  it("never removes images for want of space: nothing could bring them back", () => {
    expect(config()).toMatchObject({
      imageGCHighThresholdPercent: 100,
      evictionHard: { "nodefs.available": "0%", "imagefs.available": "0%" },
    });
  });

  it("names the region's name server", () => {
    expect(config()).toMatchObject({ clusterDNS: ["10.96.144.10"], clusterDomain: "cluster.local" });
  });
});

describe("kube-proxy's configuration", () => {
  it("leaves the kernel's connection tracking alone, which belongs to the host", () => {
    expect(parse(planned("kube-proxy.yaml"))).toMatchObject({
      hostnameOverride: "region-b-worker-2",
      clusterCIDR: "10.96.16.0/21",
      conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    });
  });
});

describe("the files of a worker", () => {
  it("are all that its programs are pointed to, and those that they point to themselves", async () => {
    const texts = [
      ...plan().services.flatMap(({ command }) => command),
      ...["kubelet.yaml", "kube-proxy.yaml"].map(planned),
    ];
    const named = texts.flatMap((text) =>
      [...text.matchAll(/\/run\/machine\/([\w/-]+\.(?:yaml|toml|conf|kubeconfig|crt|key))/g)].map(
        ([, file = ""]) => file,
      ),
    );

    expect(named.length).toBeGreaterThan(6);
    const missing = named.filter((file) => plan().files?.[file] === undefined);
    for (const file of missing) expect([file, await written(file)]).not.toEqual([file, ""]);
  });

  it("hold no name server of the host", () => {
    expect(planned("resolv.conf")).toBe("");
  });

  it("name the image that holds a pod's namespaces", () => {
    expect(planned("containerd.toml")).toContain('sandbox_image = "claude-agents.local/pause@sha256:abc"');
  });

  // kube-proxy ends when its configuration is written to, even with the same text.
  it("are part of the plan where a program reads them at its start: a running worker's are left alone", async () => {
    expect(Object.keys(plan().files ?? {}).sort()).toEqual([
      ...["cni/10-pods.conflist", "containerd.toml", "kube-proxy.yaml", "kubelet.yaml", "resolv.conf"],
    ]);
    expect((await readdir(options.folder)).sort()).toEqual([
      ...["kube-proxy.kubeconfig", "kubelet.kubeconfig", "pki"],
    ]);
  });

  it("are certificates of its own alone: neither an administrator's nor the authority's key", async () => {
    expect((await readdir(path.join(options.folder, "pki"))).sort()).toEqual([
      ...["ca.crt", "kube-proxy.crt", "kube-proxy.key", "kubelet-server.crt", "kubelet-server.key"],
      ...["kubelet.crt", "kubelet.key"],
    ]);
  });

  it.each([
    ["kubelet", "O=system:nodes\nCN=system:node:region-b-worker-2"],
    ["kube-proxy", "CN=system:kube-proxy"],
  ])("say who %s is, by which it is allowed what it may do", async (name, subject) => {
    expect(new X509Certificate(await written(`pki/${name}.crt`)).subject).toBe(subject);
  });

  it("prove to the API server that it talks to this node", async () => {
    const certificate = new X509Certificate(await written("pki/kubelet-server.crt"));

    expect(certificate.checkIP("10.96.0.18")).toBe("10.96.0.18");
    expect(certificate.checkIP("10.96.0.17")).toBeUndefined();
    expect(certificate.checkHost("region-b-worker-2")).toBe("region-b-worker-2");
  });
});
