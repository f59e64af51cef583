import type { IGateway } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/Gateway";
import type { IHTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute";
import type * as pulumi from "@pulumi/pulumi";
import { APP } from "../../agent-runtime/src/contract.ts";
import { type Route, SERVICE_PORT } from "./routes.ts";

export const GATEWAY_GROUP = "gateway.networking.k8s.io";
export const GATEWAY_API_VERSION = `${GATEWAY_GROUP}/v1`;

/** Name of the platform's own Gateway. */
export const GATEWAY_NAME = APP;

type GatewaySpec = IGateway["spec"];
type RouteSpec = NonNullable<IHTTPRoute["spec"]>;
type RouteRule = NonNullable<RouteSpec["rules"]>[number];
export type RouteFilter = NonNullable<RouteRule["filters"]>[number];
export type ParentReference = NonNullable<RouteSpec["parentRefs"]>[number];

/** Names of the own Gateway's listeners. */
export const LISTENERS = { http: "http", https: "https" } as const;

export interface GatewayArgs {
  readonly className: string;
  readonly ports: { readonly http: number; readonly https: number };
  /** TLS Secret for all host names. Undefined: plain HTTP alone. */
  readonly secretName: string | undefined;
}

/**
 * A listener for each protocol and none for each host: there may be more hosts than the 64 listeners of a Gateway, and
 * what is served is said by the routes, which name every host in full.
 */
export function gatewaySpec({ className, ports, secretName }: GatewayArgs): GatewaySpec {
  const allowedRoutes: GatewaySpec["listeners"][number]["allowedRoutes"] = {
    kinds: [{ group: GATEWAY_GROUP, kind: "HTTPRoute" }],
    namespaces: { from: "Same" },
  };
  const http = { name: LISTENERS.http, protocol: "HTTP", port: ports.http, allowedRoutes };
  if (secretName === undefined) return { gatewayClassName: className, listeners: [http] };
  const https = {
    name: LISTENERS.https,
    protocol: "HTTPS",
    port: ports.https,
    // Traefik reads the first reference alone, so one certificate is for all hosts.
    tls: {
      mode: "Terminate" as const,
      certificateRefs: [{ group: "", kind: "Secret", name: secretName }],
    },
    allowedRoutes,
  };
  return { gatewayClassName: className, listeners: [http, https] };
}

/** How a route's requests are treated on their way. */
export interface RouteTreatment {
  readonly parent: ParentReference;
  readonly filters: readonly RouteFilter[];
  /** Longest time for a request and its whole answer. Undefined where the controller would ignore it. */
  readonly timeoutSeconds: number | undefined;
}

/** The spec of a route; its Service may be known only once it is there. */
export type RouteSpecWithService = Omit<RouteSpec, "rules"> & {
  readonly rules: readonly (Omit<RouteRule, "backendRefs"> & {
    readonly backendRefs: readonly { readonly name: pulumi.Input<string>; readonly port: number }[];
  })[];
};

export function routeSpec(
  { service, hosts }: Route,
  { parent, filters, timeoutSeconds }: RouteTreatment,
): RouteSpecWithService {
  return {
    parentRefs: [parent],
    ...(hosts.length === 0 ? {} : { hostnames: [...hosts] }),
    rules: [
      {
        backendRefs: [{ name: service, port: SERVICE_PORT }],
        ...(filters.length === 0 ? {} : { filters: [...filters] }),
        ...(timeoutSeconds === undefined ? {} : { timeouts: { request: `${timeoutSeconds}s` } }),
      },
    ],
  };
}

/** No port: that of the scheme is meant, not the listener's. */
const TO_HTTPS: RouteFilter = {
  type: "RequestRedirect",
  requestRedirect: { scheme: "https", statusCode: 301 },
};

/** Sends everything that arrives unencrypted to the same place by HTTPS, and to no Service. @param hosts empty: all */
export function redirectSpec(parent: ParentReference, hosts: readonly string[]): RouteSpec {
  return {
    parentRefs: [parent],
    ...(hosts.length === 0 ? {} : { hostnames: [...hosts] }),
    rules: [{ filters: [TO_HTTPS] }],
  };
}
