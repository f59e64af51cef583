import { APP } from "../../agent-runtime/src/contract.ts";
import type { ExposureConfig } from "../config/exposure-schema.ts";
import { CONTROLLERS } from "./controllers.ts";
import { EDGE_MARGIN_SECONDS, type EdgeObject, type ExposedPlatform } from "./edge-object.ts";
import { clientAddressPolicySpec, ENVOY_API_VERSION, rateLimitPolicySpec } from "./envoy-gateway.ts";
import {
  GATEWAY_API_VERSION,
  GATEWAY_NAME,
  gatewaySpec,
  LISTENERS,
  type ParentReference,
  redirectSpec,
  routeSpec,
} from "./gateway-objects.ts";
import { middlewareFilter, RATE_LIMIT, rateLimitMiddleware } from "./traefik.ts";

/** The Gateway, where it is the platform's own, a route for each Service, and what this controller needs beside them. */
export function gatewayEdge(platform: ExposedPlatform): EdgeObject[] {
  return [
    ...ownGateway(platform),
    ...(platform.settings.controller === "traefik" ? rateLimitMiddleware(platform.settings) : []),
    ...(platform.settings.controller === "envoy-gateway" ? envoyPolicies(platform) : []),
    ...routes(platform),
    ...redirects(platform),
  ];
}

const gatewayApi = (kind: string) => ({ apiVersion: GATEWAY_API_VERSION, kind });
const envoy = (kind: string) => ({ apiVersion: ENVOY_API_VERSION, kind });

function ownGateway({ settings, secretName }: ExposedPlatform): EdgeObject[] {
  const { controller, className, listenerPorts, parentRef } = settings;
  if (parentRef !== undefined) return [];
  const { className: usualClass, ...more } = CONTROLLERS[controller];
  if (!("listenerPorts" in more)) throw new Error(`${controller} implements no Gateway.`);
  const ports = listenerPorts ?? more.listenerPorts;
  const spec = gatewaySpec({ className: className ?? usualClass, ports, secretName });
  return [{ role: "gateway", ...gatewayApi("Gateway"), name: GATEWAY_NAME, spec }];
}

function envoyPolicies({ settings, routes }: ExposedPlatform): EdgeObject[] {
  const { requestsPerMinute, trustedHops } = settings;
  const client: EdgeObject = {
    role: "client-address",
    ...envoy("ClientTrafficPolicy"),
    name: GATEWAY_NAME,
    spec: clientAddressPolicySpec(GATEWAY_NAME, trustedHops),
  };
  const limits = (figure: number) =>
    routes.map(({ role, name, tier }) => ({
      role: `rate-limit-${role}`,
      ...envoy("BackendTrafficPolicy"),
      name,
      tier,
      spec: rateLimitPolicySpec(name, figure),
    }));
  return [
    ...(trustedHops === 0 ? [] : [client]),
    ...(requestsPerMinute === "none" ? [] : limits(requestsPerMinute)),
  ];
}

function routes({ settings, routes, maxTurnSeconds }: ExposedPlatform): EdgeObject[] {
  const { controller, tls, requestsPerMinute } = settings;
  const isTraefik = controller === "traefik";
  const treatment = {
    parent: parentOf(settings, tls.mode === "none" ? "http" : "https"),
    filters: isTraefik && requestsPerMinute !== "none" ? [middlewareFilter(RATE_LIMIT)] : [],
    // Traefik accepts time limits of a route and ignores them; to state one would be a promise that nobody keeps.
    timeoutSeconds: isTraefik ? undefined : maxTurnSeconds + EDGE_MARGIN_SECONDS,
  };
  return routes.map((route) => ({
    role: `route-${route.role}`,
    ...gatewayApi("HTTPRoute"),
    name: route.name,
    tier: route.tier,
    spec: routeSpec(route, treatment),
  }));
}

/** One for all of the own Gateway; on a shared one, whose other hosts are none of ours, one for each route. */
function redirects({ settings, routes }: ExposedPlatform): EdgeObject[] {
  if (settings.tls.mode === "none") return [];
  const parent = parentOf(settings, "http");
  const redirect = (role: string, name: string, hosts: readonly string[]) => ({
    role,
    ...gatewayApi("HTTPRoute"),
    name: `${name}-https-redirect`,
    spec: redirectSpec(parent, hosts),
  });
  if (settings.parentRef === undefined) return [redirect("redirect", APP, [])];
  return routes.map(({ role, name, tier, hosts }) => ({
    ...redirect(`redirect-${role}`, name, hosts),
    tier,
  }));
}

function parentOf({ parentRef }: ExposureConfig, protocol: "http" | "https"): ParentReference {
  if (parentRef === undefined) return { name: GATEWAY_NAME, sectionName: LISTENERS[protocol] };
  const { name, namespace, httpListener, httpsListener } = parentRef;
  return { name, namespace, sectionName: protocol === "http" ? httpListener : httpsListener };
}
