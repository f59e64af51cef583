import { CONTROLLER, CONTROLLER_PORTS } from "./gateway-controller.ts";

const API_VERSION = "gateway.networking.k8s.io/v1";

/** By which Traefik knows that a gateway class is its own. */
export const CONTROLLER_NAME = "traefik.io/gateway-controller";

/** A Service that gets the requests. */
export interface GatewayBackend {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

/** The Gateway, open to routes of the backend's namespace, and the one route: every host and path to the backend. */
export function gatewayRoute({ namespace, service, port }: GatewayBackend): object[] {
  const { name } = CONTROLLER;
  const from = {
    from: "Selector",
    selector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
  };
  return [
    {
      apiVersion: API_VERSION,
      kind: "GatewayClass",
      metadata: { name },
      spec: { controllerName: CONTROLLER_NAME },
    },
    {
      apiVersion: API_VERSION,
      kind: "Gateway",
      metadata: CONTROLLER,
      spec: {
        gatewayClassName: name,
        listeners: [
          {
            name: "http",
            protocol: "HTTP",
            port: CONTROLLER_PORTS.web,
            allowedRoutes: { kinds: [{ kind: "HTTPRoute" }], namespaces: from },
          },
        ],
      },
    },
    {
      apiVersion: API_VERSION,
      kind: "HTTPRoute",
      metadata: { name: service, namespace },
      // No time limits: Traefik accepts them without a warning and ignores them.
      spec: { parentRefs: [CONTROLLER], rules: [{ backendRefs: [{ name: service, port }] }] },
    },
  ];
}
