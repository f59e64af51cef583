import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

interface Config {
  readonly refusedAnnotations: readonly string[];
}

const REMEDY =
  "Use the controller's own settings, or a Middleware or policy object, for what the snippet does.";

const ingress = (annotations: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "claude-agent", namespace: "ai-agents", annotations },
  spec: {
    tls: [{ hosts: ["agents.example.com"], secretName: "tls" }],
    rules: [{ host: "agents.example.com" }],
  },
});

/** Whatever the prefix, which a controller of nginx can be given. Its suffix tells: `-snippet`, or `-snippets` of F5's. */
const SNIPPET = /-snippets?$/;

export const ingressDisallowSnippets = objectPolicy<Config>({
  name: "ingress-disallow-snippets",
  description: "No annotation writes into the configuration file of an ingress controller.",
  severity: "critical",
  controls: [
    { framework: "nist", control: "CM-7, SI-10" },
    { framework: "nsa", control: "Network separation and hardening" },
  ],
  reason:
    "Whoever may write such an annotation runs code in the controller, which reads the TLS keys and Secrets of all namespaces (CVE-2021-25742).",
  remedy: REMEDY,
  parameters: {
    refusedAnnotations: {
      type: "array",
      items: { type: "string" },
      default: [
        "config-backend",
        "config-defaults",
        "config-frontend",
        "config-global",
        "config-proxy",
        "config-tcp",
      ].map((name) => `haproxy-ingress.github.io/${name}`),
      description: "Annotations refused beside those whose name ends in `-snippet` or `-snippets`.",
    },
  },
  examples: {
    pass: [
      {
        what: "an annotation that sets one thing",
        objects: [ingress({ "nginx.ingress.kubernetes.io/proxy-read-timeout": "600" })],
      },
    ],
    fail: [
      {
        what: "a snippet of a server",
        objects: [ingress({ "nginx.ingress.kubernetes.io/server-snippet": "return 200;" })],
      },
      {
        what: "a snippet of a location",
        objects: [ingress({ "nginx.ingress.kubernetes.io/configuration-snippet": "deny all;" })],
      },
      {
        what: "a snippet of authentication",
        objects: [ingress({ "nginx.ingress.kubernetes.io/auth-snippet": "set $a 1;" })],
      },
      {
        what: "a snippet of another controller",
        objects: [ingress({ "nginx.org/location-snippets": "deny all;" })],
      },
      {
        what: "lines for HAProxy",
        objects: [ingress({ "haproxy-ingress.github.io/config-backend": "acl a b" })],
      },
    ],
  },
  kinds: ["Ingress", "Service"],
  judge: ({ root }, { refusedAnnotations }) =>
    root
      .at("metadata", "annotations")
      .entries()
      .flatMap(([name, field]) => judgeAnnotation(name, field, refusedAnnotations)),
});

function judgeAnnotation(name: string, field: Field, refused: readonly string[]): Finding[] {
  if (name === "") return [undecided(field)];
  if (field.missing || (!SNIPPET.test(name) && !refused.includes(name))) return [];
  return [violation(field, `the annotation ${name} writes into the controller's configuration.`, REMEDY)];
}
