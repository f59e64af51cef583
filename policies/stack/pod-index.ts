import type { Field } from "../manifests/field.ts";
import { podTemplateOf, WORKLOAD_KINDS } from "../manifests/pod-templates.ts";
import { type Selection, selects, selectsByLabels } from "../manifests/selector.ts";
import { namespaceOf, type Placed, type Stack } from "../manifests/stack.ts";
import type { UnknownValue } from "../scaling/scale-target.ts";

/** The pods that an object of the stack has made, by itself or by an operator. */
export interface PodGroup {
  readonly placed: Placed;
  readonly labels: Field;
}

/** Which pods of the stack a selector selects, and what would have to be known about others. */
export interface Selected {
  readonly groups: readonly PodGroup[];
  readonly unknown: readonly { readonly group: PodGroup; readonly value: UnknownValue }[];
}

/** A PodTemplate makes no pods; the template of CloudNativePG's Cluster is its operator's. */
const POD_MAKERS: readonly string[] = [...WORKLOAD_KINDS.filter((kind) => kind !== "PodTemplate"), "Cluster"];

/** The pods of a stack, found by a selector without looking at all of them for each. */
export class PodIndex {
  readonly groups: readonly PodGroup[];
  readonly #byLabel: ReadonlyMap<string, readonly PodGroup[]>;
  readonly #byPlace: ReadonlyMap<string, readonly PodGroup[]>;
  /** Those of which a label or the namespace is not known yet: any selector of their region may select them. */
  readonly #open: ReadonlyMap<string, readonly PodGroup[]>;

  constructor(stack: Stack) {
    this.groups = stack.ofKind(...POD_MAKERS).map((placed) => ({ placed, labels: labelsOf(placed) }));
    const open = this.groups.filter(isOpen);
    const known = this.groups.filter((group) => !isOpen(group));
    this.#open = Map.groupBy(open, ({ placed }) => placed.cluster);
    this.#byPlace = Map.groupBy(known, ({ placed }) => keyOf(placed));
    const labelled = known.flatMap((group) =>
      group.labels.entries().map(([name, label]) => ({ group, key: keyOf(group.placed, name, label.value) })),
    );
    this.#byLabel = new Map(
      Array.from(
        Map.groupBy(labelled, ({ key }) => key),
        ([key, entries]) => [key, entries.map(({ group }) => group)],
      ),
    );
  }

  /** By a LabelSelector of an object of the same namespace and region. */
  selectedBy(owner: Placed, selector: Field): Selected {
    return this.#select(owner, selector, selector.at("matchLabels"), (labels) => selects(selector, labels));
  }

  /** By a plain map of labels, such as that of a Service. */
  selectedByLabels(owner: Placed, selector: Field): Selected {
    return this.#select(owner, selector, selector, (labels) => selectsByLabels(selector, labels));
  }

  #select(owner: Placed, selector: Field, wanted: Field, test: (labels: Field) => Selection): Selected {
    const verdicts = this.#candidates(owner, wanted).map((group) => ({
      group,
      verdict: verdictOf(owner, selector, group, test(group.labels)),
    }));
    return {
      groups: verdicts.filter(({ verdict }) => verdict === "yes").map(({ group }) => group),
      unknown: verdicts.flatMap(({ group, verdict }) =>
        typeof verdict === "string" ? [] : [{ group, value: verdict }],
      ),
    };
  }

  /** Of the wanted labels the rarest one leaves the fewest pods to look at. */
  #candidates(owner: Placed, wanted: Field): readonly PodGroup[] {
    if (namespaceOf(owner) === undefined) {
      return this.groups.filter(({ placed }) => placed.cluster === owner.cluster);
    }
    const lists = wanted
      .entries()
      .filter(([, label]) => label.text !== undefined)
      .map(([name, label]) => this.#byLabel.get(keyOf(owner, name, label.value)) ?? []);
    const [rarest = this.#byPlace.get(keyOf(owner)) ?? []] = lists.toSorted(
      (one, other) => one.length - other.length,
    );
    return [...rarest, ...(this.#open.get(owner.cluster) ?? [])];
  }
}

function labelsOf({ manifest }: Placed): Field {
  const template = podTemplateOf(manifest);
  return template === undefined
    ? manifest.root.at("spec", "inheritedMetadata", "labels")
    : template.at("metadata", "labels");
}

function isOpen({ placed, labels }: PodGroup): boolean {
  return (
    namespaceOf(placed) === undefined || labels.entries().some(([, label]) => label.unknown !== undefined)
  );
}

/** Pods are selected within one namespace, so both namespaces have to be known; an unknown value is its holder's. */
function verdictOf(
  owner: Placed,
  selector: Field,
  { placed }: PodGroup,
  selection: Selection,
): "yes" | "no" | UnknownValue {
  if (selection === "no") return "no";
  const namespaces = [owner, placed].map((one) => ({
    placed: one,
    field: one.manifest.root.at("metadata", "namespace"),
  }));
  const unknown = namespaces.find(({ field }) => field.unknown);
  if (typeof selection === "object") {
    const isOwners = selection.unknown.path.startsWith(selector.path);
    return { placed: isOwners ? owner : placed, field: selection.unknown };
  }
  return unknown ?? "yes";
}

function keyOf(placed: Placed, ...parts: readonly unknown[]): string {
  return JSON.stringify([placed.cluster, namespaceOf(placed) ?? null, ...parts]);
}
