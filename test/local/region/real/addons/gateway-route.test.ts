import { expect, test } from "vitest";
import { CONTROLLER_PORTS } from "../../../../../local/region/real/addons/gateway-controller.ts";
import { gatewayRoute } from "../../../../../local/region/real/addons/gateway-route.ts";

const [gatewayClass, gateway, route] = gatewayRoute({
  namespace: "ai-agents",
  service: "claude-agent-coordinator",
  port: 80,
});

test("the gateway class is Traefik's", () => {
  expect(gatewayClass).toMatchObject({
    metadata: { name: "traefik" },
    spec: { controllerName: "traefik.io/gateway-controller" },
  });
});

test("the listener states the port of the controller's entry point and takes routes of one namespace", () => {
  expect(gateway).toMatchObject({
    spec: {
      gatewayClassName: "traefik",
      listeners: [
        {
          protocol: "HTTP",
          port: CONTROLLER_PORTS.web,
          allowedRoutes: {
            kinds: [{ kind: "HTTPRoute" }],
            namespaces: {
              from: "Selector",
              selector: { matchLabels: { "kubernetes.io/metadata.name": "ai-agents" } },
            },
          },
        },
      ],
    },
  });
});

test("the route sends every host and path to the Service and states no time limits, which Traefik would ignore", () => {
  expect(route).toEqual({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "claude-agent-coordinator", namespace: "ai-agents" },
    spec: {
      parentRefs: [{ name: "traefik", namespace: "traefik" }],
      rules: [{ backendRefs: [{ name: "claude-agent-coordinator", port: 80 }] }],
    },
  });
});
