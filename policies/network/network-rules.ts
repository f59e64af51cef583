import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { type AddressRange, parseRange } from "./address-range.ts";
import { isOneOf, some, type Verdict } from "./verdict.ts";

/** The rules of a NetworkPolicy, in which `to` stands for egress and `from` for ingress. */
export function rulesOf({ root }: Manifest, direction: "ingress" | "egress"): Field[] {
  return root.at("spec", direction).items();
}

/** Whether it is known that a list holds nothing. */
export function isEmptyList(list: Field): boolean {
  return list.items().length === 0;
}

/** Whether a policy is about all pods of its namespace: its selector names no label, or is missing. */
export function selectsAll(selector: Field): Verdict {
  const labels = selector.at("matchLabels");
  const expressions = selector.at("matchExpressions");
  const isLimited =
    (!labels.unknown && labels.entries().some(([, label]) => !label.missing)) ||
    (!expressions.unknown && expressions.items().length > 0);
  if (isLimited) return "no";
  const unknown = [labels, expressions].find((field) => field.unknown);
  return unknown === undefined ? "yes" : { unknown };
}

/** An `ipBlock` of a rule. */
export interface Block {
  readonly cidr: Field;
  readonly except: Field;
  /** Undefined where it is unknown or malformed. */
  readonly range: AddressRange | undefined;
}

/** The ranges among those whom a rule is about; selectors of pods and namespaces are none. */
export function blocksOf(peers: Field): Block[] {
  return peers
    .items()
    .map((peer) => peer.at("ipBlock"))
    .filter((block) => !block.missing)
    .map((block) => {
      const cidr = block.at("cidr");
      return { cidr, except: block.at("except"), range: parseRange(cidr.text ?? "") };
    });
}

/** What is wrong with ranges that cannot be read. */
export function judgeNotation(blocks: readonly Block[]): Finding[] {
  return blocks
    .filter(({ cidr, range }) => range === undefined && !cidr.unknown)
    .map(({ cidr }) =>
      violation(
        cidr,
        `it is ${cidr.missing ? "not set" : JSON.stringify(cidr.value)}, which is no range of IPv4 or IPv6 addresses.`,
        "Write it as address and length, such as 10.0.0.0/16 or 2001:db8::/32.",
      ),
    );
}

/** Every namespace has this label, so that asking for it excludes none. */
const OF_EVERY_NAMESPACE = "kubernetes.io/metadata.name";

/** What is wrong with those whom a rule names by selectors: one that names nobody, and one that names everybody. */
export function judgeSelectors(peers: Field): Finding[] {
  return peers.items().flatMap((peer) => {
    if (peer.unknown) return [undecided(peer)];
    const [block, namespaces, pods] = [
      peer.at("ipBlock"),
      peer.at("namespaceSelector"),
      peer.at("podSelector"),
    ];
    if (!block.missing) return [];
    if (!namespaces.missing) return judgeNames(peer, some([names(namespaces), names(pods)]));
    const remedy = "Name pods, namespaces or a range, or remove the entry.";
    return pods.missing ? [violation(peer, "it names nobody.", remedy)] : [];
  });
}

function judgeNames(peer: Field, verdict: Verdict): Finding[] {
  if (verdict === "yes") return [];
  if (verdict !== "no") return [undecided(verdict.unknown)];
  const reason = "it names the pods of every namespace, or of all that are not excluded.";
  return [violation(peer, reason, "Name the namespaces or the pods by a label that they have.")];
}

/** Whether a selector says which are meant; one that is empty, or says only which are not, is for all to come. */
function names(selector: Field): Verdict {
  const labels = selector.at("matchLabels").entries();
  return some([
    ...labels.map(([name, label]) => namesByLabel(name, label)),
    ...selector.at("matchExpressions").items().map(namesByExpression),
  ]);
}

/** No label has an empty name: it is that of labels that are not known yet. */
function namesByLabel(name: string, label: Field): Verdict {
  if (name === "") return { unknown: label };
  return label.missing ? "no" : "yes";
}

function namesByExpression(expression: Field): Verdict {
  const [key, operator] = [expression.at("key"), expression.at("operator")];
  if (operator.value !== "Exists") return isOneOf(operator, "In");
  return key.unknown ? { unknown: key } : key.value === OF_EVERY_NAMESPACE ? "no" : "yes";
}
