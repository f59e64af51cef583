import { setTimeout as delay } from "node:timers/promises";
import { COORDINATOR, NAMESPACE } from "../../agent-runtime/src/contract.ts";
import type { Kubectl } from "../region/kubectl.ts";
import { gatewayClass } from "../region/real/addons/gateway-class.ts";
import {
  CONTROLLER,
  controllerNamespace,
  gatewayController,
} from "../region/real/addons/gateway-controller.ts";
import {
  GATEWAY_KINDS,
  gatewayHindrances,
  type RoutedService,
} from "../region/real/addons/gateway-hindrances.ts";
import type { RegionImages } from "./images.ts";
import type { EnvironmentRegion } from "./record.ts";
import type { ObtainOptions, UpTools } from "./tools.ts";

/** What a gateway controller is made from. */
export interface GatewayParts {
  /** Reference of its image. */
  readonly image: string;
}

/** A region whose door is being opened. */
export interface RegionAccess extends ObtainOptions {
  readonly region: EnvironmentRegion;
  readonly kubectl: Kubectl;
}

/** Undefined where regions have no gateway controller. */
export function gatewayPartsOf(tools: UpTools, images: RegionImages | undefined): GatewayParts | undefined {
  if (tools.nodes !== "real" || images?.traefik === undefined) return undefined;
  return { image: images.traefik.reference };
}

const COORDINATOR_SERVICE: RoutedService = { namespace: NAMESPACE, service: COORDINATOR };

/**
 * Deploys the gateway controller and its class, and waits until requests can pass through it, the stack's Gateway and the
 * stack's route to the coordinator. No port of a worker leads there yet.
 *
 * @throws Error that names what is not ready
 */
export async function prepareGateway(access: RegionAccess, { image }: GatewayParts): Promise<void> {
  const { region, kubectl, onProgress, signal } = access;
  onProgress(`${region.name}: deploying the gateway controller`);
  await kubectl.apply([controllerNamespace(), gatewayClass(), ...gatewayController(image, NAMESPACE)], {
    signal,
  });
  onProgress(`${region.name}: waiting for the gateway`);
  await untilPassable(access);
}

/** Takes the workers' port away from a gateway; open requests go on. @returns whether the region had a gateway */
export async function closeGateway({ kubectl, signal }: RegionAccess): Promise<boolean> {
  const { name, namespace } = CONTROLLER;
  const found = await kubectl.run(["get", "daemonset", name, "--ignore-not-found", "-o", "name"], {
    namespace,
    signal,
  });
  if (found === "") return false;
  await kubectl.delete("service", [name], { namespace, signal });
  return true;
}

/**
 * Removes a closed gateway. Its pods end when their last request has. The namespace stays, as it would be blocked until
 * then; so do Gateway and routes, which are the stack's and have no controller from now on.
 */
export async function removeGateway({ kubectl, signal }: RegionAccess): Promise<void> {
  // The DaemonSet is the last one and tells an interrupted removal from a finished one.
  const items = [gatewayClass(), ...gatewayController("", NAMESPACE)];
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await kubectl.run(["delete", "--ignore-not-found", "-f", "-"], { signal }, list);
}

const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 250;

async function untilPassable({ region, kubectl, signal }: RegionAccess): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const hindrances = gatewayHindrances(
      await kubectl.listJson(GATEWAY_KINDS, { signal }),
      COORDINATOR_SERVICE,
    );
    if (hindrances.length === 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        `The gateway of ${region.name} is not ready after ${READY_TIMEOUT_MS / 1000} s: ${hindrances.join("; ")}. ` +
          `Look with: kubectl --kubeconfig ${region.kubeconfig} --context ${region.context} ` +
          `logs -n ${CONTROLLER.namespace} daemonset/${CONTROLLER.name}`,
      );
    }
    await delay(POLL_MS, undefined, { signal });
  }
}
