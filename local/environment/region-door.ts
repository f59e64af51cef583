import { APP, COORDINATOR, NAMESPACE, PORTS } from "../../agent-runtime/src/contract.ts";
import type { CoordinatorProcess } from "../region/coordinator-process.ts";
import { Kubectl } from "../region/kubectl.ts";
import { startCoordinators } from "./coordinators.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentRecord } from "./record.ts";
import type { ObtainOptions } from "./tools.ts";

/** Port of every worker of a region of real nodes behind which the region's coordinator answers. */
export const REGION_PORT = 30_080;

/**
 * Opens the way from this host to each region's coordinator: where pods are real, a port of every worker that leads to
 * them; elsewhere a process that stands in for them. Neither is part of the stack: in a cloud, load balancers take this
 * place.
 *
 * @returns the processes
 * @throws Error when a region refuses it, or a process does not become ready
 */
export async function openRegions(
  instance: Instance,
  environment: EnvironmentRecord,
  runtime: string,
  options: ObtainOptions,
): Promise<CoordinatorProcess[]> {
  if (environment.nodes !== "real") return await startCoordinators(instance, environment, runtime, options);
  const { regions, tools } = environment;
  await Promise.all(
    regions.map(({ kubeconfig, context }) =>
      new Kubectl({ kubectl: tools.kubectl, kubeconfig, context }).apply([workerPort()], options),
    ),
  );
  return [];
}

function workerPort(): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `${COORDINATOR}-host`, namespace: NAMESPACE },
    spec: {
      type: "NodePort",
      selector: { app: APP, tier: "coordinator" },
      ports: [{ name: "http", port: PORTS.http, targetPort: "http", nodePort: REGION_PORT }],
    },
  };
}
