import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { type Host, hostsOf, SERVING_KINDS } from "./served-hosts.ts";

interface Config {
  readonly allowedHosts: readonly string[];
}

const REMEDY = "Name each host in full; a wildcard that is meant is listed in allowedHosts.";

const GATEWAY_API = "gateway.networking.k8s.io/v1";
const metadata = { name: "claude-agent", namespace: "ai-agents" };
const gateway = (listener: object) => ({
  apiVersion: GATEWAY_API,
  kind: "Gateway",
  metadata,
  spec: { listeners: [{ name: "https", protocol: "HTTPS", port: 443, ...listener }] },
});
const route = (spec: object) => ({ apiVersion: GATEWAY_API, kind: "HTTPRoute", metadata, spec });
const ingress = (spec: object) => ({ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata, spec });
const BACKEND = { rules: [{ backendRefs: [{ name: "coordinator", port: 80 }] }] };

/**
 * A listener without host is allowed as long as routes of its own namespace alone may use it: these name their hosts. So is
 * a route without host that sends everything to HTTPS, and a wildcard in `spec.tls` of an Ingress, which is its
 * certificate's and serves nothing.
 */
export const listenerDisallowWildcardHosts = objectPolicy<Config>({
  name: "listener-disallow-wildcard-hosts",
  description: "Listeners, routes and Ingresses name each host that they serve.",
  severity: "medium",
  controls: [
    { framework: "nist", control: "SC-7, CM-7" },
    { framework: "nsa", control: "Network separation and hardening" },
  ],
  reason:
    "Who serves every host can be given requests meant for another, and answers under names that nobody has thought of, with cookies and caches of theirs.",
  remedy: REMEDY,
  parameters: {
    allowedHosts: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Hosts with a wildcard that may be served; `*` allows that no host is named at all.",
    },
  },
  examples: {
    pass: [
      { what: "a listener of one host", objects: [gateway({ hostname: "agents.example.com" })] },
      { what: "a listener whose routes name the hosts", objects: [gateway({})] },
      {
        what: "a route of two hosts",
        objects: [route({ hostnames: ["a.example.com", "b.example.com"], ...BACKEND })],
      },
    ],
    fail: [
      { what: "a listener of all hosts of a domain", objects: [gateway({ hostname: "*.example.com" })] },
      {
        what: "a listener without host for routes of all namespaces",
        objects: [gateway({ allowedRoutes: { namespaces: { from: "All" } } })],
      },
      { what: "a route of every host", objects: [route(BACKEND)] },
      { what: "an Ingress of every host", objects: [ingress({ rules: [{ http: { paths: [] } }] })] },
      {
        what: "an Ingress of all hosts of a domain",
        objects: [ingress({ rules: [{ host: "*.example.com" }] })],
      },
      {
        what: "a route of Traefik with a rule that names no host",
        objects: [
          {
            apiVersion: "traefik.io/v1alpha1",
            kind: "IngressRoute",
            metadata,
            spec: { routes: [{ match: "PathPrefix(`/v1`)" }] },
          },
        ],
      },
    ],
  },
  kinds: SERVING_KINDS,
  judge: (manifest, { allowedHosts }) => hostsOf(manifest).flatMap((host) => judgeHost(host, allowedHosts)),
});

function judgeHost({ field, name }: Host, allowed: readonly string[]): Finding[] {
  if (field.unknown) return [undecided(field)];
  const host = name || "*";
  if (!host.includes("*") || allowed.includes(host)) return [];
  const reason =
    host === "*" ? "it serves every host, because it names none." : `it serves every host of ${host}.`;
  return [violation(field, reason, REMEDY)];
}
