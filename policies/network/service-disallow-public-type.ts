import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

interface Config {
  /** Each as `name=value`. */
  readonly internalAnnotations: readonly string[];
}

const REMEDY = "Use ClusterIP, and let the platform's Gateway or Ingress lead to it.";

const service = (spec: object, annotations = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "claude-agent-coordinator", namespace: "ai-agents", annotations },
  spec: { selector: { app: "claude-agent" }, ports: [{ port: 80 }], ...spec },
});

/**
 * Load balancers inside the network are refused too until the configuration names the annotation that makes them so: one
 * of another cloud does nothing, and the load balancer is public.
 */
export const serviceDisallowPublicType = objectPolicy<Config>({
  name: "service-disallow-public-type",
  description: "A Service is reached inside the cluster alone.",
  severity: "high",
  controls: [
    { framework: "nist", control: "SC-7, AC-17" },
    { framework: "nsa", control: "Network separation and hardening" },
  ],
  reason:
    "A load balancer or a port of every node is a second way in, without the gateway's TLS, limits and logs; an external IP takes traffic that is another's.",
  remedy: `${REMEDY} A second way in that is meant states owner, reason and last day in the annotation policy-exception/service-disallow-public-type.`,
  parameters: {
    internalAnnotations: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Annotations, as `name=value`, that keep a load balancer inside the network of this cloud, such as `service.beta.kubernetes.io/aws-load-balancer-internal=true`.",
    },
  },
  examples: {
    pass: [
      { what: "a Service of the cluster", objects: [service({ type: "ClusterIP" })] },
      { what: "no type, which means the same", objects: [service({})] },
      { what: "a Service without address", objects: [service({ clusterIP: "None" })] },
    ],
    fail: [
      { what: "a load balancer", objects: [service({ type: "LoadBalancer" })] },
      { what: "a port of every node", objects: [service({ type: "NodePort" })] },
      { what: "external addresses", objects: [service({ externalIPs: ["203.0.113.7"] })] },
      {
        what: "an internal load balancer, which the configuration does not list",
        objects: [
          service(
            { type: "LoadBalancer" },
            { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" },
          ),
        ],
      },
    ],
  },
  kinds: ["Service"],
  judge: (manifest, config) => [...judgeType(manifest, config), ...judgeAddresses(manifest)],
});

const CLUSTER_TYPES = ["ClusterIP", "ExternalName"];

function judgeType({ root }: Manifest, { internalAnnotations }: Config): Finding[] {
  const type = root.at("spec", "type");
  if (type.unknown) return [undecided(type)];
  if (type.missing || CLUSTER_TYPES.includes(type.text ?? "")) return [];
  if (type.text === "LoadBalancer") {
    const annotations = root.at("metadata", "annotations").entries();
    const stated = annotations.map(([name, { text }]) => `${name}=${text}`);
    if (stated.some((annotation) => internalAnnotations.includes(annotation))) return [];
    const names = internalAnnotations.map((annotation) => annotation.slice(0, annotation.indexOf("=")));
    const unknown = annotations.find(([name, field]) => field.unknown && ["", ...names].includes(name));
    if (unknown !== undefined && names.length > 0) return [undecided(unknown[1])];
  }
  const reason = `its type is ${JSON.stringify(type.value)}; allowed: ${CLUSTER_TYPES.join(", ")}.`;
  return [violation(type, reason, REMEDY)];
}

function judgeAddresses({ root }: Manifest): Finding[] {
  const addresses = root.at("spec", "externalIPs");
  if (addresses.unknown) return [undecided(addresses)];
  if (addresses.items().length === 0) return [];
  return [violation(addresses, "it takes traffic to addresses outside the cluster.", "Remove externalIPs.")];
}
