import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULTS } from "./defaults.ts";
import {
  formatCpu,
  formatMemory,
  parseCpuMillis,
  parseMemoryBytes,
  type Quantities,
  type Resources,
} from "./quantity.ts";

/** Pods of one kind at the most that the configuration can lead to. */
export interface PodDemand {
  readonly pods: number;
  /** One entry for each container of a pod. */
  readonly containers: readonly Resources[];
  /** Volumes of each pod. */
  readonly volumes: number;
}

export interface NamespaceLimitsArgs {
  /** Namespace of the platform, which has to be there before. */
  readonly namespace: pulumi.Input<string>;
  /** Everything that is going to run in the namespace. The quota is derived from it, so it can never refuse it. */
  readonly demand: readonly PodDemand[];
}

/** Room for short-lived pods beside the planned ones: jobs, a debug pod. Each counts with the default of a container. */
const SPARE_PODS = 10;

/** Caps what one namespace can take from a cluster, and gives figures to containers that state none. */
export class NamespaceLimits extends pulumi.ComponentResource {
  constructor(name: string, args: NamespaceLimitsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:region:NamespaceLimits", name, {}, opts);
    const metadata = { namespace: args.namespace };

    new k8s.core.v1.ResourceQuota(
      `${name}-quota`,
      { metadata: { ...metadata, name: "quota" }, spec: { hard: buildQuota(args.demand) } },
      { parent: this },
    );
    new k8s.core.v1.LimitRange(
      `${name}-range`,
      {
        metadata: { ...metadata, name: "container-defaults" },
        spec: {
          limits: [
            {
              type: "Container",
              defaultRequest: DEFAULTS.container.requests,
              default: DEFAULTS.container.limits,
            },
          ],
        },
      },
      { parent: this },
    );

    this.registerOutputs({});
  }
}

/** The sum of all demands and of the spare pods, as a ResourceQuota writes it. */
export function buildQuota(demand: readonly PodDemand[]): Record<string, string> {
  const all = [...demand, { pods: SPARE_PODS, containers: [DEFAULTS.container], volumes: 0 }];
  const total = (figure: (each: PodDemand) => number) =>
    all.reduce((sum, each) => sum + each.pods * figure(each), 0);
  const sumOf = (kind: keyof Resources, figure: (quantities: Quantities) => number) =>
    total(({ containers }) => containers.reduce((sum, container) => sum + figure(container[kind]), 0));
  const cpu = ({ cpu }: Quantities) => parseCpuMillis(cpu);
  const memory = ({ memory }: Quantities) => parseMemoryBytes(memory);
  return {
    pods: String(total(() => 1)),
    persistentvolumeclaims: String(total(({ volumes }) => volumes)),
    "requests.cpu": formatCpu(sumOf("requests", cpu)),
    "requests.memory": formatMemory(sumOf("requests", memory)),
    "limits.cpu": formatCpu(sumOf("limits", cpu)),
    "limits.memory": formatMemory(sumOf("limits", memory)),
  };
}
