import type { ClusterPorts } from "./cluster-folder.ts";

/** Programs that a region of simulated nodes is made of. */
export const simulatedRegionToolNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kwok",
  "kwokctl",
] as const;

/** The programs by name, as the tool resolver returns them. */
export type SimulatedRegionTools = Readonly<
  Record<(typeof simulatedRegionToolNames)[number], { readonly path: string }>
>;

/** The options file that kwokctl makes a control plane from. */
export function kwokctlConfig(ports: ClusterPorts, tools: SimulatedRegionTools) {
  // Each region has one of each: electing a leader would only cost 15 s after a crash.
  const withoutElection = { key: "leader-elect", value: "false" };
  // Autoscalers look every 15 s otherwise, which is how long a fresh region would be short of its minimum.
  const autoscaleOften = { key: "horizontal-pod-autoscaler-sync-period", value: "2s" };
  return {
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    kind: "KwokctlConfiguration",
    options: {
      runtime: "binary",
      // etcd asks for no credentials, so nothing may listen beyond this machine.
      bindAddress: "127.0.0.1",
      disableQPSLimits: true,
      // kwokctl multiplies this by five; kwok looks for leases to take over as often as a quarter of the product.
      nodeLeaseDurationSeconds: 2,
      etcdPort: ports.etcd,
      etcdPeerPort: ports.etcdPeer,
      kubeApiserverPort: ports.apiServer,
      kubeControllerManagerPort: ports.controllerManager,
      kubeSchedulerPort: ports.scheduler,
      kwokControllerPort: ports.kwok,
      etcdBinary: tools.etcd.path,
      kubeApiserverBinary: tools["kube-apiserver"].path,
      kubeControllerManagerBinary: tools["kube-controller-manager"].path,
      kubeSchedulerBinary: tools["kube-scheduler"].path,
      kubectlBinary: tools.kubectl.path,
      kwokControllerBinary: tools.kwok.path,
    },
    componentsPatches: [
      { name: "kube-controller-manager", extraArgs: [withoutElection, autoscaleOften] },
      { name: "kube-scheduler", extraArgs: [withoutElection] },
    ],
  };
}
