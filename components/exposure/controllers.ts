/** What implements the exposure of a cluster, and by which API it can be told what the platform needs. */
export const CONTROLLERS = {
  /** Matches listeners to its entry points by the port of the container; these are its Helm chart's. */
  traefik: {
    kinds: ["gateway", "ingress"],
    className: "traefik",
    namespace: "traefik",
    listenerPorts: { http: 8000, https: 8443 },
  },
  "envoy-gateway": {
    kinds: ["gateway"],
    className: "eg",
    namespace: "envoy-gateway-system",
    listenerPorts: { http: 80, https: 443 },
  },
  /** Its load balancers stand outside the cluster and call pods from there: it has no namespace of callers. */
  "aws-alb": { kinds: ["ingress"], className: "alb" },
} as const;

export type Controller = keyof typeof CONTROLLERS;

export const CONTROLLER_NAMES = Object.keys(CONTROLLERS) as Controller[];

/** Whether the controller can be told everything by objects of this kind. */
export function serves(controller: Controller, kind: "gateway" | "ingress"): boolean {
  const kinds: readonly string[] = CONTROLLERS[controller].kinds;
  return kinds.includes(kind);
}
