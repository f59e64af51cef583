import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { isRedirect, LISTENER_KINDS } from "./gateway-routes.ts";
import { isEmptyList } from "./network-rules.ts";
import { namesHosts } from "./traefik-rule.ts";

const ROUTES = ["HTTPRoute", "GRPCRoute", "TLSRoute"];
/** Kinds of Traefik's own routes; those of UDP have no hosts. */
const TRAEFIK_ROUTES = ["IngressRoute", "IngressRouteTCP"];

/** Kinds of objects that say which hosts are served. */
export const SERVING_KINDS = [...LISTENER_KINDS, ...ROUTES, ...TRAEFIK_ROUTES, "Ingress"];

/** A host that an object serves. */
export interface Host {
  readonly field: Field;
  /** Undefined where none is named, which means every host. */
  readonly name: string | undefined;
}

/** The hosts that an object serves by more than a redirect. */
export function hostsOf({ kind, root }: Manifest): Host[] {
  const spec = root.at("spec");
  if (LISTENER_KINDS.includes(kind)) return spec.at("listeners").items().flatMap(hostsOfListener);
  if (TRAEFIK_ROUTES.includes(kind)) return spec.at("routes").items().flatMap(hostsOfRule);
  return kind === "Ingress" ? hostsOfIngress(spec) : hostsOfRoute(spec);
}

function hostsOfListener(listener: Field): Host[] {
  const host = listener.at("hostname");
  const from = listener.at("allowedRoutes", "namespaces", "from");
  if (!host.missing) return [named(host)];
  if (from.missing || from.text === "Same") return [];
  return [from.unknown ? every(from) : every(host)];
}

function hostsOfRoute(spec: Field): Host[] {
  const hosts = spec.at("hostnames");
  if (!isEmptyList(hosts)) return hosts.items().map(named);
  const redirects = isRedirect(spec);
  if (redirects === "yes") return [];
  return [every(redirects === "no" ? hosts : redirects.unknown)];
}

function hostsOfIngress(spec: Field): Host[] {
  const rules = spec.at("rules").items();
  const fallback = spec.at("defaultBackend");
  return [...rules.map((rule) => named(rule.at("host"))), ...(fallback.missing ? [] : [every(fallback)])];
}

function hostsOfRule(rule: Field): Host[] {
  const match = rule.at("match");
  return match.text !== undefined && namesHosts(match.text) ? [] : [every(match)];
}

function named(field: Field): Host {
  return { field, name: field.text };
}

function every(field: Field): Host {
  return { field, name: undefined };
}
