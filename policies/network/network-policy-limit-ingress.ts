import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { BREADTH_PARAMETERS, type Breadth, wideBlocksOf } from "./breadth.ts";
import {
  type Block,
  blocksOf,
  isEmptyList,
  judgeNotation,
  judgeSelectors,
  rulesOf,
} from "./network-rules.ts";

interface Config extends Breadth {
  readonly openPolicies: readonly string[];
}

const REMEDY =
  "Name the namespace of the gateway, the pods or the ranges that call; a policy for everybody is listed in openPolicies.";

const policy = (rule: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "coordinator", namespace: "ai-agents" },
  spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [rule] },
});
const PORTS = [{ protocol: "TCP", port: 8080 }];
const from = (...cidrs: string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));

export const networkPolicyLimitIngress = objectPolicy<Config>({
  name: "network-policy-limit-ingress",
  description: "Pods are called by those whom a rule names, not by everybody.",
  severity: "high",
  controls: [
    { framework: "cis-kubernetes", control: "5.3.2" },
    { framework: "nist", control: "SC-7, AC-4" },
    { framework: "nsa", control: "Network separation and hardening" },
  ],
  reason:
    "Traffic from outside goes through the gateway, where it is encrypted, limited and logged; a rule for everybody is a way around it.",
  remedy: REMEDY,
  parameters: {
    openPolicies: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of NetworkPolicies that let everybody in, such as that of a gateway.",
    },
    ...BREADTH_PARAMETERS,
  },
  examples: {
    pass: [
      {
        what: "the gateway's namespace",
        objects: [
          policy({
            from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "traefik" } } }],
            ports: PORTS,
          }),
        ],
      },
      { what: "a private range", objects: [policy({ from: from("10.0.0.0/8"), ports: PORTS })] },
    ],
    fail: [
      { what: "no source, which means everybody", objects: [policy({ ports: PORTS })] },
      {
        what: "an empty list of sources, which means the same",
        objects: [policy({ from: [], ports: PORTS })],
      },
      { what: "the internet", objects: [policy({ from: from("0.0.0.0/0"), ports: PORTS })] },
      {
        what: "the internet in two halves",
        objects: [policy({ from: from("::/1", "8000::/1"), ports: PORTS })],
      },
      {
        what: "the pods of every namespace",
        objects: [policy({ from: [{ namespaceSelector: {} }], ports: PORTS })],
      },
    ],
  },
  kinds: ["NetworkPolicy"],
  judge: judgePolicy,
});

function judgePolicy(manifest: Manifest, config: Config): Finding[] {
  const name = manifest.root.at("metadata", "name");
  if (config.openPolicies.includes(name.text ?? "")) return [];
  const findings = rulesOf(manifest, "ingress").flatMap((rule) => judgeRule(rule, config));
  const isOpen = name.unknown !== undefined && config.openPolicies.length > 0 && findings.length > 0;
  return isOpen ? [undecided(name)] : findings;
}

function judgeRule(rule: Field, config: Config): Finding[] {
  const sources = rule.at("from");
  if (isEmptyList(sources)) {
    const reason = `it is ${sources.missing ? "not set" : "empty"}, which means everybody.`;
    return [violation(sources, reason, REMEDY)];
  }
  const blocks = blocksOf(sources);
  return [...judgeSelectors(sources), ...judgeNotation(blocks), ...judgeBlocks(sources, blocks, config)];
}

function judgeBlocks(sources: Field, blocks: readonly Block[], config: Config): Finding[] {
  const wide = wideBlocksOf(blocks, config);
  if (wide.length === 0) {
    return blocks.filter(({ cidr }) => cidr.unknown).map(({ cidr }) => undecided(cidr));
  }
  const ranges = wide.map(({ cidr }) => cidr.text).join(", ");
  return [violation(sources, `it names ${ranges}, which is the internet.`, REMEDY)];
}
