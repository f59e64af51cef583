import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { BREADTH_PARAMETERS, type Breadth, wideBlocksOf } from "./breadth.ts";
import { isEveryPort, isListed } from "./network-ports.ts";
import {
  type Block,
  blocksOf,
  isEmptyList,
  judgeNotation,
  judgeSelectors,
  rulesOf,
} from "./network-rules.ts";

interface Config extends Breadth {
  readonly internetPorts: readonly number[];
}

const REMEDY = "Name the ranges that the pods call, and the ports there.";

const policy = (rule: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "coordinator", namespace: "ai-agents" },
  spec: { podSelector: {}, policyTypes: ["Egress"], egress: [rule] },
});
const to = (...cidrs: string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
const HTTPS = [{ protocol: "TCP", port: 443 }];
const DNS = [{ protocol: "UDP", port: 53 }];

export const networkPolicyLimitEgress = objectPolicy<Config>({
  name: "network-policy-limit-egress",
  description:
    "Pods call named places on named ports, and the internet on the ports of encrypted traffic alone.",
  severity: "high",
  controls: [
    { framework: "cis-kubernetes", control: "5.3.2" },
    { framework: "nist", control: "SC-7(5), AC-4" },
    { framework: "nsa", control: "Network separation and hardening" },
  ],
  reason: "What a taken-over agent can reach, it can send secrets to or attack.",
  remedy: REMEDY,
  parameters: {
    internetPorts: {
      type: "array",
      items: { type: "integer" },
      default: [443],
      description:
        "Ports on which a rule may be open to the internet. Name servers are named by selectors or narrow ranges, so 53 is none of them.",
    },
    ...BREADTH_PARAMETERS,
  },
  examples: {
    pass: [
      { what: "the internet on 443", objects: [policy({ to: to("0.0.0.0/0"), ports: HTTPS })] },
      {
        what: "a named range on any port",
        objects: [policy({ to: to("160.79.104.0/23"), ports: [{ port: 5432 }] })],
      },
      {
        what: "named name servers",
        objects: [policy({ to: [{ podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }], ports: DNS })],
      },
    ],
    fail: [
      { what: "no destination, which means all", objects: [policy({ ports: HTTPS })] },
      { what: "no port, which means all", objects: [policy({ to: to("160.79.104.0/23") })] },
      {
        what: "the internet on another port",
        objects: [policy({ to: to("0.0.0.0/0"), ports: [{ port: 25 }] })],
      },
      {
        what: "the internet in two halves",
        objects: [policy({ to: to("0.0.0.0/1", "128.0.0.0/1"), ports: [{ port: 22 }] })],
      },
      {
        what: "a range of ports that begins with a listed one",
        objects: [policy({ to: to("::/0"), ports: [{ port: 443, endPort: 65535 }] })],
      },
      {
        what: "the pods of every namespace",
        objects: [policy({ to: [{ namespaceSelector: {} }], ports: DNS })],
      },
    ],
  },
  kinds: ["NetworkPolicy"],
  judge: (manifest: Manifest, config) =>
    rulesOf(manifest, "egress").flatMap((rule) => judgeRule(rule, config)),
});

function judgeRule(rule: Field, config: Config): Finding[] {
  const destinations = rule.at("to");
  const ports = rule.at("ports");
  const blocks = blocksOf(destinations);
  return [
    ...judgeList(destinations, "every destination"),
    ...judgeList(ports, "every port"),
    ...judgeSelectors(destinations),
    ...judgeNotation(blocks),
    ...ports.items().flatMap(judgeEveryPort),
    ...judgePorts(ports, blocks, config),
  ];
}

function judgeList(list: Field, meaning: string): Finding[] {
  if (!isEmptyList(list)) return [];
  return [violation(list, `it is ${list.missing ? "not set" : "empty"}, which means ${meaning}.`, REMEDY)];
}

function judgePorts(ports: Field, blocks: readonly Block[], config: Config): Finding[] {
  const named = ports.items().filter((port) => isEveryPort(port) !== "yes");
  const unlisted = named.filter((port) => !isListed(port, config.internetPorts));
  const wide = wideBlocksOf(blocks, config).map(({ cidr }) => cidr.text);
  if (wide.length > 0) return unlisted.map((port) => judgePort(port, wide.join(", "), config));
  if (unlisted.length === 0) return [];
  return blocks.filter(({ cidr }) => cidr.unknown).map(({ cidr }) => undecided(cidr));
}

function judgeEveryPort(entry: Field): Finding[] {
  const verdict = isEveryPort(entry);
  if (typeof verdict === "object") return [undecided(verdict.unknown)];
  return verdict === "no" ? [] : [violation(entry, "it names no port, which means every port.", REMEDY)];
}

function judgePort(entry: Field, ranges: string, { internetPorts }: Config): Finding {
  const [port, endPort] = [entry.at("port"), entry.at("endPort")];
  const unknown = [port, endPort].find((field) => field.unknown);
  if (unknown !== undefined) return undecided(unknown);
  const end = endPort.missing ? "" : ` to ${JSON.stringify(endPort.value)}`;
  const reason = `it opens port ${JSON.stringify(port.value)}${end} of ${ranges}, which is the internet; allowed there: ${internetPorts.join(", ") || "none"}.`;
  return violation(entry, reason, REMEDY);
}
