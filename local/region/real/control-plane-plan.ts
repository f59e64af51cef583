import path from "node:path";
import type { RegionAddresses } from "./address-plan.ts";
import { type Authority, ensureSigningKey } from "./authority.ts";
import { writeClientConfig } from "./client-config.ts";
import { networkSetup } from "./machine-network.ts";
import { type Gate, MACHINE_ROOT, type MachinePlan, type MachineService } from "./machine-plan.ts";

/** Programs of a control plane, from the toolchain. */
export const controlPlaneToolNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
] as const;

export type ControlPlaneTools = Readonly<
  Record<(typeof controlPlaneToolNames)[number], { readonly path: string }>
>;

export interface ControlPlaneOptions {
  readonly region: string;
  readonly block: number;
  readonly addresses: RegionAddresses;
  /** The machine's own folder on the host. */
  readonly folder: string;
  readonly authority: Authority;
  readonly tools: ControlPlaneTools;
}

const PKI = `${MACHINE_ROOT}/pki`;
const API_PORT = 6443;

/** Where the API server of a region is reached from the host and from every machine. */
export function apiServerUrl({ controlPlane }: RegionAddresses): string {
  return `https://${controlPlane}:${API_PORT}`;
}

/** Open once the API server answers: no credentials are needed to be refused. */
export function apiServerGate(addresses: RegionAddresses): Gate {
  return { kind: "https", url: `${apiServerUrl(addresses)}/readyz`, authorityFile: `${PKI}/ca.crt` };
}

/** Users of the API server on the control-plane machine, and the administrator, by the name of their files. */
const CLIENTS = {
  admin: { commonName: "admin", organization: "system:masters" },
  "controller-manager": { commonName: "system:kube-controller-manager" },
  scheduler: { commonName: "system:kube-scheduler" },
} as const;

/** Makes the certificates of a control plane in its folder, as far as they are missing. */
export async function writeControlPlaneFiles(options: ControlPlaneOptions): Promise<void> {
  const { authority, addresses, folder } = options;
  const pki = path.join(folder, "pki");
  await authority.publish(pki);
  await ensureSigningKey(pki, "service-accounts");
  await authority.issue(pki, "apiserver", {
    commonName: "kube-apiserver",
    usage: "server",
    dnsNames: [
      "localhost",
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
    ],
    addresses: ["127.0.0.1", addresses.controlPlane, addresses.apiService],
  });
  await authority.issue(pki, "kubelet-client", {
    commonName: "kube-apiserver-kubelet-client",
    organization: "system:masters",
    usage: "client",
  });
  await authority.issue(pki, "front-proxy-client", { commonName: "front-proxy-client", usage: "client" });
  for (const [name, subject] of Object.entries(CLIENTS)) {
    await authority.issue(pki, name, { ...subject, usage: "client" });
    await writeClientConfig(folder, { name, server: apiServerUrl(addresses) });
  }
}

/** What the control-plane machine runs: etcd, API server, controllers and scheduler, each with credentials of its own. */
export function controlPlanePlan({ region, block, addresses, tools }: ControlPlaneOptions): MachinePlan {
  const after = apiServerGate(addresses);
  const service = (name: keyof ControlPlaneTools, args: string[], gate?: Gate): MachineService => ({
    name,
    command: [tools[name].path, ...args],
    ...(gate === undefined ? {} : { after: gate }),
  });
  return {
    setup: networkSetup({
      hostname: `${region}-control-plane`,
      block,
      addresses,
      address: addresses.controlPlane,
    }),
    services: [
      service("etcd", etcdArguments()),
      service("kube-apiserver", apiServerArguments(addresses)),
      service("kube-controller-manager", controllerManagerArguments(), after),
      service("kube-scheduler", [...ownCredentials("scheduler"), ...SINGLE], after),
    ],
  };
}

/** One of each runs: electing a leader would only cost 15 s after a crash. */
const SINGLE = ["--leader-elect=false", "--bind-address=127.0.0.1"];

function ownCredentials(client: keyof typeof CLIENTS): string[] {
  const file = `${MACHINE_ROOT}/${client}.kubeconfig`;
  return ["--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig"].map(
    (flag) => `${flag}=${file}`,
  );
}

function etcdArguments(): string[] {
  const [clients, peers] = ["http://127.0.0.1:2379", "http://127.0.0.1:2380"];
  return [
    "--name=etcd",
    `--data-dir=${MACHINE_ROOT}/etcd`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=etcd=${peers}`,
    // A machine's power-off is the end of its processes, not of the host's disk cache.
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

/** How long pods stay bound to a node that has gone silent, in seconds; the default of five minutes is for clouds. */
const TOLERATION_SECONDS = 10;

function apiServerArguments({ controlPlane, serviceNetwork }: RegionAddresses): string[] {
  return [
    "--etcd-servers=http://127.0.0.1:2379",
    `--advertise-address=${controlPlane}`,
    `--secure-port=${API_PORT}`,
    `--service-cluster-ip-range=${serviceNetwork}`,
    // No kube-proxy runs here, so aggregated APIs are called at the addresses of their pods.
    "--enable-aggregator-routing=true",
    `--tls-cert-file=${PKI}/apiserver.crt`,
    `--tls-private-key-file=${PKI}/apiserver.key`,
    `--client-ca-file=${PKI}/ca.crt`,
    "--anonymous-auth=false",
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    "--allow-privileged=true",
    `--default-not-ready-toleration-seconds=${TOLERATION_SECONDS}`,
    `--default-unreachable-toleration-seconds=${TOLERATION_SECONDS}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${PKI}/service-accounts.pub`,
    `--service-account-signing-key-file=${PKI}/service-accounts.key`,
    `--kubelet-certificate-authority=${PKI}/ca.crt`,
    `--kubelet-client-certificate=${PKI}/kubelet-client.crt`,
    `--kubelet-client-key=${PKI}/kubelet-client.key`,
    "--kubelet-preferred-address-types=InternalIP",
    `--requestheader-client-ca-file=${PKI}/ca.crt`,
    "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${PKI}/front-proxy-client.crt`,
    `--proxy-client-key-file=${PKI}/front-proxy-client.key`,
  ];
}

function controllerManagerArguments(): string[] {
  return [
    ...ownCredentials("controller-manager"),
    ...SINGLE,
    "--use-service-account-credentials=true",
    `--root-ca-file=${PKI}/ca.crt`,
    `--service-account-private-key-file=${PKI}/service-accounts.key`,
    // A lost worker is noticed after 20 s instead of 50 s, and autoscalers look every 5 s instead of 15 s: this is a
    // machine to try things on. The CPU of fresh pods counts after 10 s instead of five minutes.
    "--node-monitor-period=2s",
    "--node-monitor-grace-period=20s",
    "--horizontal-pod-autoscaler-sync-period=5s",
    "--horizontal-pod-autoscaler-cpu-initialization-period=10s",
    "--horizontal-pod-autoscaler-initial-readiness-delay=5s",
  ];
}
