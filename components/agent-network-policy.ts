import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PORTS } from "../agent-runtime/src/contract.ts";
import { labelsOf, selectorOf, type Tier, VALKEY_PORTS } from "./naming.ts";

/** A range of addresses with the parts of it that stay closed, and the TCP ports that are open there. */
export interface Destination {
  readonly cidr: string;
  readonly except: readonly string[];
  readonly ports: readonly number[];
}

export interface AgentNetworkPolicyArgs {
  readonly namespace: pulumi.Input<string>;
  /** Namespaces whose pods may call the coordinator's API. */
  readonly ingressNamespaces: readonly string[];
  /** Namespaces whose pods may read its metrics. */
  readonly monitoringNamespaces: readonly string[];
  /** Name servers beside the cluster's DNS pods. */
  readonly dnsCidrs: readonly string[];
  /** Addresses outside the cluster that the coordinator may call. */
  readonly destinations: readonly Destination[];
  /** Whether the namespace has a Valkey of its own that the coordinator uses. */
  readonly hasValkey: boolean;
}

type Rules = Pick<k8s.types.input.networking.v1.NetworkPolicySpec, "ingress" | "egress">;

/** Closes the namespace in both directions, then opens exactly what the platform needs. */
export class AgentNetworkPolicy extends pulumi.ComponentResource {
  constructor(name: string, args: AgentNetworkPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:network:AgentNetworkPolicy", name, {}, opts);

    const add = (role: string, spec: k8s.types.input.networking.v1.NetworkPolicySpec, tier?: Tier) =>
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${role}`,
        {
          metadata: {
            name: role,
            namespace: args.namespace,
            ...(tier === undefined ? {} : { labels: labelsOf(tier) }),
          },
          spec,
        },
        { parent: this },
      );

    add("default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    add("allow-dns", { podSelector: {}, policyTypes: ["Egress"], egress: [toNameServers(args.dnsCidrs)] });
    add("coordinator", { ...onlyFor("coordinator"), ...coordinatorRules(args) }, "coordinator");
    if (args.hasValkey) add("valkey", { ...onlyFor("valkey"), ...valkeyRules() }, "valkey");

    this.registerOutputs({});
  }
}

function coordinatorRules(args: AgentNetworkPolicyArgs): Rules {
  return {
    ingress: [
      ...fromNamespaces(args.ingressNamespaces, PORTS.http),
      ...fromNamespaces(args.monitoringNamespaces, PORTS.metrics),
    ],
    egress: [
      ...(args.hasValkey ? [{ to: [podsOf("valkey")], ports: valkeyPorts() }] : []),
      ...args.destinations.map(({ cidr, except, ports }) => ({
        to: [{ ipBlock: { cidr, ...(except.length === 0 ? {} : { except: [...except] }) } }],
        ports: ports.map(tcp),
      })),
    ],
  };
}

/** Servers replicate and Sentinels vote among themselves; nobody but the coordinator calls them, and they call nobody. */
function valkeyRules(): Rules {
  return {
    ingress: [{ from: [podsOf("coordinator"), podsOf("valkey")], ports: valkeyPorts() }],
    egress: [{ to: [podsOf("valkey")], ports: valkeyPorts() }],
  };
}

function onlyFor(tier: Tier) {
  return { podSelector: { matchLabels: selectorOf(tier) }, policyTypes: ["Ingress", "Egress"] };
}

function podsOf(tier: Tier) {
  return { podSelector: { matchLabels: selectorOf(tier) } };
}

/** No rule at all for an empty list: a rule without sources would open the port to everybody. */
function fromNamespaces(namespaces: readonly string[], port: number) {
  if (namespaces.length === 0) return [];
  const from = namespaces.map((name) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  }));
  return [{ from, ports: [tcp(port)] }];
}

function toNameServers(cidrs: readonly string[]) {
  return {
    to: [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
      ...cidrs.map((cidr) => ({ ipBlock: { cidr } })),
    ],
    ports: [{ protocol: "UDP", port: 53 }, tcp(53)],
  };
}

function valkeyPorts() {
  return Object.values(VALKEY_PORTS).map(tcp);
}

function tcp(port: number) {
  return { protocol: "TCP", port };
}
