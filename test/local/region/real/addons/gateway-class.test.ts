import { expect, test } from "vitest";
import { CONTROLLERS } from "../../../../../components/exposure/controllers.ts";
import { gatewayClass } from "../../../../../local/region/real/addons/gateway-class.ts";

test("the class that the stack's Gateways have by default is Traefik's", () => {
  expect(gatewayClass()).toEqual({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    metadata: { name: CONTROLLERS.traefik.className },
    spec: { controllerName: "traefik.io/gateway-controller" },
  });
});
