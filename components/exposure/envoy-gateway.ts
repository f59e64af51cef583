import { GATEWAY_GROUP } from "./gateway-objects.ts";

/** The parts of Envoy Gateway's API that the platform uses, as its `api/v1alpha1` has them. */
export const ENVOY_API_VERSION = "gateway.envoyproxy.io/v1alpha1";

interface TargetReference {
  readonly group: string;
  readonly kind: "Gateway" | "HTTPRoute";
  readonly name: string;
}

interface RateLimitRule {
  readonly clientSelectors: readonly {
    readonly sourceCIDR: { readonly type: "Exact" | "Distinct"; readonly value: string };
  }[];
  readonly limit: { readonly requests: number; readonly unit: "Second" | "Minute" | "Hour" };
}

export interface BackendTrafficPolicySpec {
  readonly targetRefs: readonly TargetReference[];
  readonly rateLimit: {
    readonly type: "Local";
    readonly local: { readonly rules: readonly RateLimitRule[] };
  };
}

export interface ClientTrafficPolicySpec {
  readonly targetRefs: readonly TargetReference[];
  readonly clientIPDetection: { readonly xForwardedFor: { readonly numTrustedHops: number } };
}

/** One rule holds for one family of addresses alone. */
const EVERY_CLIENT = ["0.0.0.0/0", "::/0"];

/**
 * Counted by each Envoy for itself (a count over all of them would need a service and a Redis of their own), for each
 * address. `Distinct` needs Envoy Gateway 1.4.
 *
 * @param route name of an HTTPRoute
 */
export function rateLimitPolicySpec(route: string, requestsPerMinute: number): BackendTrafficPolicySpec {
  return {
    targetRefs: [{ group: GATEWAY_GROUP, kind: "HTTPRoute", name: route }],
    rateLimit: {
      // Required up to version 1.6, and right in later ones.
      type: "Local",
      local: {
        rules: EVERY_CLIENT.map((value) => ({
          clientSelectors: [{ sourceCIDR: { type: "Distinct", value } }],
          limit: { requests: requestsPerMinute, unit: "Minute" },
        })),
      },
    },
  };
}

/** Whom a request comes from, when proxies stand before the Gateway. */
export function clientAddressPolicySpec(gateway: string, trustedHops: number): ClientTrafficPolicySpec {
  return {
    targetRefs: [{ group: GATEWAY_GROUP, kind: "Gateway", name: gateway }],
    clientIPDetection: { xForwardedFor: { numTrustedHops: trustedHops } },
  };
}
