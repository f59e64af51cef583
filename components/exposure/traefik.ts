import type { IMiddleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";
import { APP } from "../../agent-runtime/src/contract.ts";
import type { ExposureConfig } from "../config/exposure-schema.ts";
import type { EdgeObject } from "./edge-object.ts";
import type { RouteFilter } from "./gateway-objects.ts";

const GROUP = "traefik.io";
const MIDDLEWARE = { apiVersion: `${GROUP}/v1alpha1`, kind: "Middleware" } as const;

/** Names of the Middlewares. */
export const RATE_LIMIT = `${APP}-rate-limit`;
export const HTTPS_REDIRECT = `${APP}-https-redirect`;

type MiddlewareSpec = IMiddleware["spec"];

/** Who holds one address of such a network can take any of it: they count as one client. */
const IPV6_CLIENT_PREFIX = 64;

/** The edge limit, where there is one. Counted by each Traefik for itself, for each route and each client. */
export function rateLimitMiddleware({ requestsPerMinute, trustedHops }: ExposureConfig): EdgeObject[] {
  if (requestsPerMinute === "none") return [];
  return [
    { role: "rate-limit", ...MIDDLEWARE, name: RATE_LIMIT, spec: limitSpec(requestsPerMinute, trustedHops) },
  ];
}

function limitSpec(requestsPerMinute: number, trustedHops: number): MiddlewareSpec {
  return {
    rateLimit: {
      average: requestsPerMinute,
      period: "1m",
      // Its default is 1: two requests at once would be too many.
      burst: requestsPerMinute,
      sourceCriterion: {
        ipStrategy: { ipv6Subnet: IPV6_CLIENT_PREFIX, ...(trustedHops === 0 ? {} : { depth: trustedHops }) },
      },
    },
  };
}

/** Sends what arrives unencrypted to the same place by HTTPS; for Ingresses, which cannot say so themselves. */
export function redirectMiddleware(): EdgeObject {
  const spec: MiddlewareSpec = { redirectScheme: { scheme: "https", permanent: true } };
  return { role: "redirect-middleware", ...MIDDLEWARE, name: HTTPS_REDIRECT, spec };
}

/** Puts a Middleware before an HTTPRoute. Traefik knows it only with its provider `kubernetescrd`. */
export function middlewareFilter(name: string): RouteFilter {
  return { type: "ExtensionRef", extensionRef: { group: GROUP, kind: MIDDLEWARE.kind, name } };
}
