import path from "node:path";
import { stringify } from "yaml";
import type { RegionAddresses } from "./address-plan.ts";
import type { Authority } from "./authority.ts";
import { writeClientConfig } from "./client-config.ts";
import { CONTAINERD_SOCKET, cniConfig, containerdConfig } from "./container-runtime.ts";
import { apiServerGate, apiServerUrl } from "./control-plane-plan.ts";
import { networkSetup } from "./machine-network.ts";
import { type Command, MACHINE_ROOT, type MachinePlan } from "./machine-plan.ts";

/** Programs of a worker, from the toolchain; the others are Debian packages. */
export const workerToolNames = ["kubelet", "kube-proxy"] as const;

export type WorkerTools = Readonly<Record<(typeof workerToolNames)[number], { readonly path: string }>>;

export interface WorkerOptions {
  readonly region: string;
  readonly block: number;
  readonly addresses: RegionAddresses;
  /** 1 for the first worker of the region; its zone has the same number. */
  readonly number: number;
  /** The machine's own folder on the host. */
  readonly folder: string;
  /** Path of the control group that holds the machine, as every hierarchy knows it. */
  readonly controlGroup: string;
  readonly authority: Authority;
  readonly tools: WorkerTools;
  /** Reference of the image that holds a pod's namespaces. */
  readonly pauseImage: string;
}

/** Keeps pods off a worker until it has the images; no registry could give it what it lacks. */
export const IMAGES_TAINT = {
  key: "claude-agents.local/images",
  value: "loading",
  effect: "NoSchedule",
} as const;

/** Far more than any worker has of CPU for: what bounds the pods of a worker is what they ask for. */
const PODS_PER_WORKER = 100;

export function workerName(region: string, number: number): string {
  return `${region}-worker-${number}`;
}

/** Makes a worker's certificates, as far as they are missing, and what their holders use them by, in its folder. */
export async function writeWorkerFiles(options: WorkerOptions): Promise<void> {
  const { region, addresses, number, folder, authority } = options;
  const name = workerName(region, number);
  const { address } = addresses.worker(number);
  const node = { commonName: `system:node:${name}`, organization: "system:nodes" };
  const pki = path.join(folder, "pki");
  await authority.publish(pki);
  await authority.issue(pki, "kubelet-server", {
    ...node,
    usage: "server",
    dnsNames: [name],
    addresses: [address],
  });
  await authority.issue(pki, "kubelet", { ...node, usage: "client" });
  await authority.issue(pki, "kube-proxy", { commonName: "system:kube-proxy", usage: "client" });
  for (const client of ["kubelet", "kube-proxy"]) {
    await writeClientConfig(folder, { name: client, server: apiServerUrl(addresses) });
  }
}

/** What a worker runs: containerd, kubelet and kube-proxy. */
export function workerPlan(options: WorkerOptions): MachinePlan {
  const { region, block, addresses, number, tools, pauseImage } = options;
  const name = workerName(region, number);
  const { address, podNetwork } = addresses.worker(number);
  const labels = {
    "topology.kubernetes.io/region": region,
    "topology.kubernetes.io/zone": `${region}-z${number}`,
  };
  const kubelet: Command = [
    tools.kubelet.path,
    `--config=${MACHINE_ROOT}/kubelet.yaml`,
    `--kubeconfig=${MACHINE_ROOT}/kubelet.kubeconfig`,
    `--root-dir=${MACHINE_ROOT}/kubelet`,
    `--cert-dir=${MACHINE_ROOT}/kubelet-certificates`,
    `--hostname-override=${name}`,
    `--node-ip=${address}`,
    `--node-labels=${Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(",")}`,
  ];
  return {
    files: {
      "resolv.conf": "",
      "containerd.toml": containerdConfig(pauseImage),
      "cni/10-pods.conflist": JSON.stringify(cniConfig(podNetwork)),
      "kubelet.yaml": stringify(kubeletConfig(options)),
      "kube-proxy.yaml": stringify(kubeProxyConfig(name, addresses)),
    },
    setup: [
      ...privateFolders(),
      ...kernelSettings(),
      ...networkSetup({ hostname: name, block, addresses, address }),
      ["sysctl", "-qw", "net.ipv4.ip_forward=1"],
      masquerade(podNetwork, addresses.podNetwork),
    ],
    services: [
      { name: "containerd", command: ["containerd", "--config", `${MACHINE_ROOT}/containerd.toml`] },
      { name: "kubelet", command: kubelet, after: { kind: "socket", path: CONTAINERD_SOCKET } },
      {
        name: "kube-proxy",
        command: [tools["kube-proxy"].path, `--config=${MACHINE_ROOT}/kube-proxy.yaml`],
        after: apiServerGate(addresses),
      },
    ],
  };
}

/** Pods keep their address among themselves, also across workers, and take the worker's to everybody else. */
function masquerade(ofWorker: string, ofRegion: string): Command {
  const match = ["-s", ofWorker, "!", "-d", ofRegion, "-o", "eth0"];
  return ["iptables", "-t", "nat", "-A", "POSTROUTING", ...match, "-j", "MASQUERADE"];
}

/** Folders with fixed paths that containerd and kubelet write to: what they write stays in the machine's own folder. */
function privateFolders(): Command[] {
  return ["/var/lib", "/var/log"].flatMap((folder): Command[] => {
    const [upper, work] = ["upper", "work"].map((kind) => `${MACHINE_ROOT}/overlay${folder}/${kind}`);
    return [
      ["mkdir", "-p", `${upper}`, `${work}`],
      [
        "mount",
        "-t",
        "overlay",
        "overlay",
        "-o",
        `lowerdir=${folder},upperdir=${upper},workdir=${work}`,
        folder,
      ],
    ];
  });
}

/** Kernel-wide settings that the kubelet insists on. It is shown files that hold them, so that the host's stay as they are. */
const KUBELET_SYSCTLS = {
  "vm/overcommit_memory": 1,
  "vm/panic_on_oom": 0,
  "kernel/panic": 10,
  "kernel/panic_on_oops": 1,
  "kernel/keys/root_maxkeys": 1_000_000,
  "kernel/keys/root_maxbytes": 25_000_000,
};

function kernelSettings(): Command[] {
  return Object.entries(KUBELET_SYSCTLS).flatMap(([name, value]): Command[] => {
    const stand = `/run/sysctl/${name}`;
    return [
      ["mkdir", "-p", path.dirname(stand)],
      ["sh", "-c", 'echo "$1" > "$2"', "sh", String(value), stand],
      ["mount", "--bind", stand, `/proc/sys/${name}`],
    ];
  });
}

function kubeletConfig({ addresses, controlGroup }: WorkerOptions): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${MACHINE_ROOT}/pki/ca.crt` },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: `${MACHINE_ROOT}/pki/kubelet-server.crt`,
    tlsPrivateKeyFile: `${MACHINE_ROOT}/pki/kubelet-server.key`,
    registerWithTaints: [IMAGES_TAINT],
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: "cgroupfs",
    cgroupRoot: controlGroup,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    clusterDNS: [addresses.dnsService],
    clusterDomain: "cluster.local",
    resolvConf: `${MACHINE_ROOT}/resolv.conf`,
    volumePluginDir: `${MACHINE_ROOT}/volume-plugins`,
    healthzBindAddress: "127.0.0.1",
    // The disk is the host's: how full it is tells nothing about these pods, and an image once removed cannot be pulled.
    imageGCHighThresholdPercent: 100,
    imageMinimumGCAge: "8760h",
    evictionHard: {
      "memory.available": "100Mi",
      "nodefs.available": "0%",
      "nodefs.inodesFree": "0%",
      "imagefs.available": "0%",
    },
    nodeStatusUpdateFrequency: "5s",
    nodeLeaseDurationSeconds: 20,
    syncFrequency: "10s",
    fileCheckFrequency: "0s",
    maxPods: PODS_PER_WORKER,
  };
}

function kubeProxyConfig(name: string, { podNetwork }: RegionAddresses): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    hostnameOverride: name,
    clusterCIDR: podNetwork,
    clientConnection: { kubeconfig: `${MACHINE_ROOT}/kube-proxy.kubeconfig` },
    // Zeros leave the kernel's settings, which belong to the host, alone.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    oomScoreAdj: 0,
    iptables: { minSyncPeriod: "0s", syncPeriod: "30s" },
  };
}
