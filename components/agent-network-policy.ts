import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { APP, PORTS } from "../agent-runtime/src/contract.ts";
import { labelsOf, POSTGRES_PORTS, selectorOf, VALKEY_EXPORTER_PORT, VALKEY_PORTS } from "./naming.ts";

/** A range of addresses with the parts of it that stay closed, and the TCP ports that are open there. */
export interface Destination {
  readonly cidr: string;
  readonly except: readonly string[];
  readonly ports: readonly number[];
}

export interface AgentNetworkPolicyArgs {
  /** Namespace of the platform, which has to be there before. */
  readonly namespace: pulumi.Input<string>;
  /** Namespaces whose pods may call the coordinator's API. */
  readonly ingressNamespaces: readonly string[];
  /** Addresses outside the cluster that may call it as well. */
  readonly ingressCidrs: readonly string[];
  /** Namespaces whose pods may read its metrics. */
  readonly monitoringNamespaces: readonly string[];
  /** Name servers beside the cluster's DNS pods. */
  readonly dnsCidrs: readonly string[];
  /** Addresses outside the cluster that the agent runtime may call. */
  readonly destinations: readonly Destination[];
  /** Whether the namespace has classes of agents with pods of their own. */
  readonly hasAgents: boolean;
  /** Whether the namespace has a Valkey of its own. */
  readonly hasValkey: boolean;
  /** Whether the namespace has a PostgreSQL of its own, in one pod. */
  readonly hasPostgres: boolean;
}

/** The agents of all classes, which the same rules hold for. */
const ALL_AGENTS = { app: APP, tier: "agent" };

type PolicyTier = "coordinator" | "agents" | "valkey" | "postgres";

type Rules = Pick<k8s.types.input.networking.v1.NetworkPolicySpec, "ingress" | "egress">;

/** Closes the namespace in both directions, then opens exactly what the platform needs. */
export class AgentNetworkPolicy extends pulumi.ComponentResource {
  constructor(name: string, args: AgentNetworkPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:network:AgentNetworkPolicy", name, {}, opts);

    const add = (role: string, spec: k8s.types.input.networking.v1.NetworkPolicySpec, tier?: PolicyTier) =>
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${role}`,
        {
          metadata: {
            name: role,
            namespace: args.namespace,
            ...(tier === undefined ? {} : { labels: tier === "agents" ? ALL_AGENTS : labelsOf(tier) }),
          },
          spec,
        },
        { parent: this },
      );

    add("default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    add("allow-dns", { podSelector: {}, policyTypes: ["Egress"], egress: [toNameServers(args.dnsCidrs)] });
    for (const tier of runtimeTiers(args)) add(tier, { ...onlyFor(tier), ...runtimeRules(args) }, tier);
    if (args.hasValkey) add("valkey", { ...onlyFor("valkey"), ...valkeyRules(args) }, "valkey");
    if (args.hasPostgres) add("postgres", { ...onlyFor("postgres"), ...postgresRules(args) }, "postgres");

    this.registerOutputs({});
  }
}

/** The tiers that serve clients. Classes of agents have one policy together. */
function runtimeTiers({ hasAgents }: AgentNetworkPolicyArgs): PolicyTier[] {
  return ["coordinator", ...(hasAgents ? (["agents"] as const) : [])];
}

function runtimeRules(args: AgentNetworkPolicyArgs): Rules {
  return {
    ingress: [
      ...fromNamespaces(args.ingressNamespaces, PORTS.http),
      ...fromCidrs(args.ingressCidrs, PORTS.http),
      ...fromNamespaces(args.monitoringNamespaces, PORTS.metrics),
    ],
    egress: [
      ...(args.hasValkey ? [{ to: [podsOf("valkey")], ports: valkeyPorts() }] : []),
      ...(args.hasPostgres ? [{ to: [podsOf("postgres")], ports: [tcp(POSTGRES_PORTS.postgres)] }] : []),
      ...args.destinations.map(({ cidr, except, ports }) => ({
        to: [{ ipBlock: { cidr, ...(except.length === 0 ? {} : { except: [...except] }) } }],
        ports: ports.map(tcp),
      })),
    ],
  };
}

/** Servers replicate and Sentinels vote among themselves; nobody but the runtime calls them, and they call nobody. */
function valkeyRules(args: AgentNetworkPolicyArgs): Rules {
  return {
    ingress: [
      { from: [...runtimeTiers(args), "valkey" as const].map(podsOf), ports: valkeyPorts() },
      ...fromNamespaces(args.monitoringNamespaces, VALKEY_EXPORTER_PORT),
    ],
    egress: [{ to: [podsOf("valkey")], ports: valkeyPorts() }],
  };
}

function postgresRules(args: AgentNetworkPolicyArgs): Rules {
  return {
    ingress: [
      { from: runtimeTiers(args).map(podsOf), ports: [tcp(POSTGRES_PORTS.postgres)] },
      ...fromNamespaces(args.monitoringNamespaces, POSTGRES_PORTS.exporter),
    ],
    egress: [],
  };
}

function onlyFor(tier: PolicyTier) {
  return { ...podsOf(tier), policyTypes: ["Ingress", "Egress"] };
}

function podsOf(tier: PolicyTier) {
  return { podSelector: { matchLabels: tier === "agents" ? ALL_AGENTS : selectorOf(tier) } };
}

/** No rule at all for an empty list: a rule without sources would open the port to everybody. */
function fromNamespaces(namespaces: readonly string[], port: number) {
  if (namespaces.length === 0) return [];
  const from = namespaces.map((name) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  }));
  return [{ from, ports: [tcp(port)] }];
}

/** No rule at all for an empty list, as above. */
function fromCidrs(cidrs: readonly string[], port: number) {
  if (cidrs.length === 0) return [];
  return [{ from: cidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: [tcp(port)] }];
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
