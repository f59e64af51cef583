import type { Placed } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { type Redirects, redirectsRoutes } from "./traefik-redirects.ts";

/** Kinds of Traefik's own routes. */
export const TRAEFIK_ROUTES = ["IngressRoute", "IngressRouteTCP", "IngressRouteUDP"];

const REMEDY = "Set spec.tls, or let a Middleware of every route redirect to HTTPS.";

/**
 * What serves without TLS in a route of Traefik. That its entry point may encrypt is a setting of Traefik's own, which no
 * object of the stack shows; `tls: {}` says the same for the route.
 */
export function judgeTraefikRoute(placed: Placed, middlewares: Redirects): Finding[] {
  const { kind, root } = placed.manifest;
  const spec = root.at("spec");
  if (kind === "IngressRouteUDP") {
    return [violation(spec, "it forwards UDP, which Traefik does not encrypt.", "Use HTTP or TCP with TLS.")];
  }
  const tls = spec.at("tls");
  if (!tls.missing && !tls.unknown) return [];
  const redirects = kind === "IngressRoute" ? redirectsRoutes(placed, middlewares) : "no";
  if (redirects === "yes") return [];
  if (tls.unknown) return [undecided(tls)];
  if (redirects !== "no") return [undecided(redirects.unknown)];
  const what = kind === "IngressRoute" ? "plain HTTP" : "plain TCP";
  return [violation(tls, `it is not set, and so the route serves ${what}.`, REMEDY)];
}
