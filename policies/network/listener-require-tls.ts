import type { Placed } from "../manifests/stack.ts";
import type { Finding } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { LISTENER_KINDS, routesByParent } from "./gateway-routes.ts";
import { judgeListeners } from "./gateway-tls.ts";
import { judgeIngress } from "./ingress-tls.ts";
import { redirectsOf } from "./traefik-redirects.ts";
import { judgeTraefikRoute, TRAEFIK_ROUTES } from "./traefik-tls.ts";

interface Config {
  readonly loadBalancerClasses: readonly string[];
}

const REMEDY =
  "Give the listener protocol HTTPS and a certificate, the Ingress and the route of Traefik spec.tls, or let plain HTTP redirect to HTTPS.";

const GATEWAY_API = "gateway.networking.k8s.io/v1";
const metadata = { name: "claude-agent", namespace: "ai-agents" };
const gateway = (listener: object) => ({
  apiVersion: GATEWAY_API,
  kind: "Gateway",
  metadata,
  spec: { listeners: [listener] },
});
const HTTPS = { name: "https", port: 443, protocol: "HTTPS", tls: { certificateRefs: [{ name: "tls" }] } };
const HTTP = { name: "http", port: 80, protocol: "HTTP" };
const route = (rule: object) => ({
  apiVersion: GATEWAY_API,
  kind: "HTTPRoute",
  metadata,
  spec: { parentRefs: [{ name: "claude-agent", sectionName: "http" }], rules: [rule] },
});
const REDIRECT = { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] };
const BACKEND = { backendRefs: [{ name: "coordinator", port: 80 }] };
const ingress = (spec: object) => ({ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata, spec });
const RULES = [{ host: "agents.example.com" }];

/** A policy over the stack, because only the routes say whether a listener of plain HTTP does more than redirect. */
export const listenerRequireTls = stackPolicy<Config>({
  name: "listener-require-tls",
  description:
    "Every listener, Ingress and route of Traefik serves by TLS, and plain HTTP redirects to it alone.",
  severity: "high",
  controls: [
    { framework: "nist", control: "SC-8, SC-23" },
    { framework: "nsa", control: "Network separation and hardening" },
  ],
  reason: "API keys, prompts and answers pass here, and are read and changed by whoever is on the way.",
  remedy: REMEDY,
  parameters: {
    loadBalancerClasses: {
      type: "array",
      items: { type: "string" },
      default: ["alb"],
      description:
        "Names of ingress classes that the AWS Load Balancer Controller carries out, beside those that the stack makes: there annotations say what spec.tls says elsewhere.",
    },
  },
  examples: {
    pass: [
      { what: "a listener with a certificate", objects: [gateway(HTTPS)] },
      { what: "plain HTTP that redirects", objects: [gateway(HTTP), route(REDIRECT)] },
      {
        what: "an Ingress with a certificate for its host",
        objects: [ingress({ rules: RULES, tls: [{ hosts: ["agents.example.com"], secretName: "tls" }] })],
      },
    ],
    fail: [
      { what: "plain HTTP that leads to a Service", objects: [gateway(HTTP), route(BACKEND)] },
      { what: "plain HTTP that nothing redirects", objects: [gateway(HTTP)] },
      { what: "a listener of TCP", objects: [gateway({ name: "tcp", port: 5432, protocol: "TCP" })] },
      {
        what: "a route of Traefik without TLS",
        objects: [
          {
            apiVersion: "traefik.io/v1alpha1",
            kind: "IngressRoute",
            metadata,
            spec: { routes: [{ match: "Host(`agents.example.com`)" }] },
          },
        ],
      },
      { what: "an Ingress without certificate", objects: [ingress({ rules: RULES })] },
      {
        what: "a certificate for another host",
        objects: [ingress({ rules: RULES, tls: [{ hosts: ["other.example.com"], secretName: "tls" }] })],
      },
    ],
  },
  judge: (stack, { loadBalancerClasses }) => {
    const routes = routesByParent(stack);
    const middlewares = redirectsOf(stack);
    const setting = { middlewares, ingressClasses: stack.ofKind("IngressClass"), loadBalancerClasses };
    const find = (kinds: readonly string[], judge: (placed: Placed) => Finding[]): StackFinding[] =>
      stack.ofKind(...kinds).flatMap((placed) => judge(placed).map((finding) => ({ placed, finding })));
    return [
      ...find(LISTENER_KINDS, (placed) => judgeListeners(placed, routes)),
      ...find(["Ingress"], (placed) => judgeIngress(placed, setting)),
      ...find(TRAEFIK_ROUTES, (placed) => judgeTraefikRoute(placed, middlewares)),
    ];
  },
});
