import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { holds, parseRange } from "./address-range.ts";
import { type Block, blocksOf, isEmptyList, judgeNotation, rulesOf } from "./network-rules.ts";

interface Config {
  readonly metadataAddresses: readonly string[];
}

const REMEDY = "Put the address, or a range that holds it such as 169.254.0.0/16, into except.";

const policy = (ipBlock: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "coordinator", namespace: "ai-agents" },
  spec: {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [{ to: [{ ipBlock }], ports: [{ protocol: "TCP", port: 443 }] }],
  },
});

/** The ports of a rule do not matter: a proxy of the metadata service may listen on any. */
export const networkPolicyDisallowMetadata = objectPolicy<Config>({
  name: "network-policy-disallow-metadata",
  description: "No pod may call the metadata service of the cloud.",
  severity: "critical",
  controls: [
    { framework: "nist", control: "SC-7, AC-6" },
    { framework: "nsa", control: "Network separation and hardening" },
  ],
  reason:
    "It gives the credentials of the node to every process that asks, and a prompt can make an agent ask.",
  remedy: REMEDY,
  parameters: {
    metadataAddresses: {
      type: "array",
      items: { type: "string" },
      default: ["169.254.169.254", "fd00:ec2::254"],
      description:
        "Addresses of metadata services. Azure also has 168.63.129.16 and Alibaba Cloud 100.100.100.200, which lie outside of link-local ranges.",
    },
  },
  examples: {
    pass: [
      {
        what: "everything but link-local addresses",
        objects: [policy({ cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] })],
      },
      { what: "a range elsewhere", objects: [policy({ cidr: "160.79.104.0/23" })] },
    ],
    fail: [
      { what: "everything", objects: [policy({ cidr: "0.0.0.0/0" })] },
      { what: "everything of IPv6", objects: [policy({ cidr: "::/0", except: ["fe80::/10"] })] },
      {
        what: "the half that holds it",
        objects: [policy({ cidr: "128.0.0.0/1", except: ["169.254.0.0/17"] })],
      },
      { what: "the address itself", objects: [policy({ cidr: "169.254.169.254/32" })] },
    ],
  },
  kinds: ["NetworkPolicy"],
  judge: (manifest, config) =>
    rulesOf(manifest, "egress").flatMap((rule) => judgeRule(rule.at("to"), config)),
});

function judgeRule(destinations: Field, { metadataAddresses }: Config): Finding[] {
  if (isEmptyList(destinations)) {
    const reason = "it names no destination, which means all, the metadata service too.";
    return [violation(destinations, reason, "Name the destinations in to.")];
  }
  const blocks = blocksOf(destinations);
  return [...judgeNotation(blocks), ...blocks.flatMap((block) => judgeBlock(block, metadataAddresses))];
}

function judgeBlock({ cidr, except, range }: Block, addresses: readonly string[]): Finding[] {
  const exceptions = except.items();
  const closed = exceptions.flatMap(({ text }) => parseRange(text ?? "") ?? []);
  const open = addresses.filter((address) => !closed.some((exception) => holds(exception, address)));
  if (cidr.unknown) return open.length === 0 ? [] : [undecided(cidr)];
  const reached = open.filter((address) => range !== undefined && holds(range, address));
  if (reached.length === 0) return [];
  const unknown = exceptions.find((exception) => exception.unknown);
  if (unknown !== undefined) return [undecided(unknown)];
  return [violation(cidr, `${cidr.text} holds ${reached.join(", ")}, and except does not.`, REMEDY)];
}
