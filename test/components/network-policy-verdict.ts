import { BlockList, isIPv6 } from "node:net";
import { z } from "zod";

/** Where a connection starts or ends: a pod, or an address outside the cluster. */
export interface Endpoint {
  readonly address: string;
  readonly pod?: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
}

export interface Connection {
  readonly from: Endpoint;
  /** The pod itself, never a Service: kube-proxy has rewritten the address before policies are looked at. */
  readonly to: Endpoint;
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}

/** The label that the API server itself puts on every namespace. */
const NAMESPACE_NAME = "kubernetes.io/metadata.name";

// Strict all the way down: a field that the verdict would have to ignore is refused, not ignored.
const labelSelector = z.strictObject({ matchLabels: z.record(z.string(), z.string()).default({}) });
const namespaceSelector = z.strictObject({
  matchLabels: z.strictObject({ [NAMESPACE_NAME]: z.string() }).exactOptional(),
});
const ipBlock = z.strictObject({ cidr: z.string(), except: z.array(z.string()).default([]) });
const peers = z
  .array(
    z.union([
      z.strictObject({ ipBlock }),
      z.strictObject({ namespaceSelector, podSelector: labelSelector.prefault({}) }),
      z.strictObject({ podSelector: labelSelector }),
    ]),
  )
  .default([]);
const ports = z
  .array(z.strictObject({ protocol: z.enum(["TCP", "UDP"]), port: z.int().min(1).max(65_535) }))
  .default([]);

const networkPolicy = z.object({
  metadata: z.object({ namespace: z.string() }),
  spec: z.strictObject({
    podSelector: labelSelector,
    policyTypes: z.array(z.enum(["Ingress", "Egress"])),
    ingress: z
      .array(z.strictObject({ from: peers, ports }).transform(({ from, ports }) => ({ peers: from, ports })))
      .default([]),
    egress: z
      .array(z.strictObject({ to: peers, ports }).transform(({ to, ports }) => ({ peers: to, ports })))
      .default([]),
  }),
});

export type Policy = z.infer<typeof networkPolicy>;
type Rule = Policy["spec"]["ingress"][number];

/** Reads a NetworkPolicy as it was rendered. Throws for whatever the verdict knows nothing of. */
export function parsePolicy(rendered: unknown): Policy {
  return networkPolicy.parse(rendered);
}

/**
 * Whether Kubernetes lets a connection be made while these are all policies there are: its source must be
 * allowed to send it and its destination to receive it.
 */
export function isAllowed(policies: readonly Policy[], connection: Connection): boolean {
  const { from, to } = connection;
  const mayPass = (direction: "ingress" | "egress", self: Endpoint, other: Endpoint) => {
    const confining = policies.filter((policy) => confines(policy, direction, self));
    if (confining.length === 0) return true;
    return confining.some(({ metadata, spec }) =>
      spec[direction].some((rule) => hasPeer(rule, other, metadata.namespace) && hasPort(rule, connection)),
    );
  };
  return mayPass("egress", from, to) && mayPass("ingress", to, from);
}

/** An endpoint that no policy confines in a direction is open in it. */
function confines({ metadata, spec }: Policy, direction: "ingress" | "egress", { pod }: Endpoint): boolean {
  const type = direction === "ingress" ? "Ingress" : "Egress";
  if (pod === undefined || !spec.policyTypes.includes(type)) return false;
  return pod.namespace === metadata.namespace && hasLabels(pod.labels, spec.podSelector.matchLabels);
}

/** A rule without peers names everybody. */
function hasPeer({ peers }: Rule, endpoint: Endpoint, ownNamespace: string): boolean {
  return peers.length === 0 || peers.some((peer) => isPeer(peer, endpoint, ownNamespace));
}

function isPeer(peer: Rule["peers"][number], { address, pod }: Endpoint, ownNamespace: string): boolean {
  if ("ipBlock" in peer) {
    // Pods have addresses too. Kubernetes leaves open whether ranges name them; the wider reading is the safe one.
    const { cidr, except } = peer.ipBlock;
    return isWithin(address, cidr) && !except.some((range) => isWithin(address, range));
  }
  if (pod === undefined || !hasLabels(pod.labels, peer.podSelector.matchLabels)) return false;
  if (!("namespaceSelector" in peer)) return pod.namespace === ownNamespace;
  return hasLabels({ [NAMESPACE_NAME]: pod.namespace }, peer.namespaceSelector.matchLabels ?? {});
}

/** A rule without ports names all of them. */
function hasPort({ ports }: Rule, connection: Connection): boolean {
  if (ports.length === 0) return true;
  return ports.some(({ protocol, port }) => protocol === connection.protocol && port === connection.port);
}

function hasLabels(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>) {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function isWithin(address: string, cidr: string): boolean {
  const [network = "", prefix = ""] = cidr.split("/");
  const range = new BlockList();
  range.addSubnet(network, Number(prefix), familyOf(network));
  return range.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
