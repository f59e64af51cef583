import { CONTROLLERS } from "../../../../components/exposure/controllers.ts";
import { GATEWAY_API_VERSION } from "../../../../components/exposure/gateway-objects.ts";

/** By which Traefik knows that a gateway class is its own. */
export const CONTROLLER_NAME = "traefik.io/gateway-controller";

/** What makes the Gateways of this class Traefik's; the stack makes one in every region, and the routes. */
export function gatewayClass(): object {
  return {
    apiVersion: GATEWAY_API_VERSION,
    kind: "GatewayClass",
    metadata: { name: CONTROLLERS.traefik.className },
    spec: { controllerName: CONTROLLER_NAME },
  };
}
