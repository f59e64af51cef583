import { MACHINE_ROOT } from "./machine-plan.ts";

/** Where containerd of a worker listens, within the machine. */
export const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

/** Where Debian installs the network plugins. */
export const CNI_PLUGIN_FOLDER = "/usr/lib/cni";

/** Plugins of containerd for which these machines have no use, or no kernel support. */
const DISABLED_PLUGINS = [
  ...["aufs", "btrfs", "devmapper", "zfs"].map((name) => `io.containerd.snapshotter.v1.${name}`),
  "io.containerd.internal.v1.opt",
  "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp",
];

/** containerd's configuration: all of its files within the machine's folder, nothing that needs more than plain root. */
export function containerdConfig(pauseImage: string): string {
  return `version = 2
root = "${MACHINE_ROOT}/containerd"
state = "/run/containerd"
oom_score = 0
disabled_plugins = ${JSON.stringify(DISABLED_PLUGINS)}
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${CNI_PLUGIN_FOLDER}"
    conf_dir = "${MACHINE_ROOT}/cni"
`;
}

/** Room for the outer headers of any network below. */
const POD_MTU = 1400;

/** Each pod has a link of its own to its worker, which routes; no bridge, so that the kernel sees pod traffic as forwarded. */
export function cniConfig(podNetwork: string): object {
  return {
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        mtu: POD_MTU,
        ipam: {
          type: "host-local",
          dataDir: "/run/cni-addresses",
          routes: [{ dst: "0.0.0.0/0" }],
          ranges: [[{ subnet: podNetwork }]],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}
