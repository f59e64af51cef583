import { APP, COORDINATOR, NAMESPACE, PORTS } from "../../agent-runtime/src/contract.ts";
import type { CoordinatorProcess } from "../region/coordinator-process.ts";
import { Kubectl } from "../region/kubectl.ts";
import { gatewayPort } from "../region/real/addons/gateway-controller.ts";
import { toolTable } from "../toolchain/tools.ts";
import { startCoordinators } from "./coordinators.ts";
import {
  closeGateway,
  type GatewayParts,
  prepareGateway,
  type RegionAccess,
  removeGateway,
} from "./gateway.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentPlan } from "./plan.ts";
import type { EnvironmentRecord, EnvironmentRegion } from "./record.ts";
import { untilAnswered, untilClosed, untilNoticed } from "./region-port.ts";
import type { ObtainOptions } from "./tools.ts";

/** Port of every worker of a region of real nodes behind which the region's coordinator answers. */
export const REGION_PORT = 30_080;

/** What the way into the regions is made of. */
export interface DoorParts {
  /** Bundle of the runtime, for the processes that stand in for pods. */
  readonly runtime: string;
  /** Absent where regions have no gateway controller. */
  readonly gateway: GatewayParts | undefined;
}

/**
 * Opens the way from this host to each region's coordinator: where pods are real, a port of every worker, behind which is
 * a gateway controller or the coordinator itself; elsewhere a process that stands in for them. None of it is part of the
 * stack: in a cloud, load balancers take this place.
 *
 * @returns the processes
 * @throws Error when a region refuses it, or what stands behind the port does not become ready
 */
export async function openRegions(
  instance: Instance,
  environment: EnvironmentRecord,
  { runtime, gateway }: DoorParts,
  options: ObtainOptions,
): Promise<CoordinatorProcess[]> {
  if (environment.nodes !== "real") return await startCoordinators(instance, environment, runtime, options);
  const { regions, tools } = environment;
  const accesses = regions.map((region) => ({
    region,
    kubectl: kubectlOf(region, tools.kubectl),
    ...options,
  }));
  if (gateway !== undefined) await Promise.all(accesses.map((access) => prepareGateway(access, gateway)));
  // One after another: while the port of one region changes hands, the other one answers.
  for (const access of accesses) {
    await (gateway === undefined ? openDirectly : openThroughGateway)(access);
    await untilNoticed(access, environment);
  }
  return [];
}

/** How requests get into the regions. */
export function describeDoor(
  { nodes, gateway }: EnvironmentRecord,
  wanted: EnvironmentPlan["gateway"],
): string {
  if (nodes !== "real") return "straight to the processes that stand in for the coordinators";
  if (gateway) return "through Traefik (Gateway API)";
  if (wanted === "none")
    return "straight to the coordinators; --gateway puts Traefik (Gateway API) before them";
  const minutes = Math.round((toolTable.traefik.goModule?.estimateSeconds ?? 0) / 60);
  return (
    "straight to the coordinators: no gateway controller is cached or downloadable; " +
    `--gateway builds one (about ${minutes} min)`
  );
}

function kubectlOf({ kubeconfig, context }: EnvironmentRegion, kubectl: string): Kubectl {
  return new Kubectl({ kubectl, kubeconfig, context });
}

const DIRECT_PORT = `${COORDINATOR}-host`;

/** Of the two Services only one can have the port: the other one goes first. */
async function openThroughGateway(access: RegionAccess): Promise<void> {
  const { kubectl, signal } = access;
  const deletion = ["delete", "service", DIRECT_PORT, "--ignore-not-found", "-o", "name"];
  if ((await kubectl.run(deletion, { namespace: NAMESPACE, signal })) !== "") await untilClosed(access);
  await kubectl.apply([gatewayPort(REGION_PORT)], { signal });
  await untilAnswered(access);
}

async function openDirectly(access: RegionAccess): Promise<void> {
  const { kubectl, signal } = access;
  const hadGateway = await closeGateway(access);
  if (hadGateway) await untilClosed(access);
  await kubectl.apply([directPort()], { signal });
  await untilAnswered(access);
  if (hadGateway) await removeGateway(access);
}

function directPort(): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: DIRECT_PORT, namespace: NAMESPACE },
    spec: {
      type: "NodePort",
      selector: { app: APP, tier: "coordinator" },
      ports: [{ name: "http", port: PORTS.http, targetPort: "http", nodePort: REGION_PORT }],
    },
  };
}
