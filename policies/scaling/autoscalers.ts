import { namespaceOf, type Placed, type Stack } from "../manifests/stack.ts";
import { AUTOSCALER_KINDS, scaleTargetOf } from "./replicas.ts";
import { compare, DEFAULT_TARGET_KIND, type UnknownValue } from "./scale-target.ts";

/** Who scales a workload, and what would have to be known about those who perhaps do. */
export interface ScaledBy {
  readonly autoscalers: readonly Placed[];
  readonly unknown: readonly UnknownValue[];
}

/** The autoscalers of a stack, found by the workload that they scale without looking at all of them for each. */
export class Autoscalers {
  readonly #all: readonly Placed[];
  readonly #byTarget: ReadonlyMap<string, readonly Placed[]>;
  /** Those whose target is not known yet: they may scale anything. */
  readonly #open: readonly Placed[];

  constructor(stack: Stack) {
    this.#all = stack.ofKind(...AUTOSCALER_KINDS);
    const keyed = this.#all.map((autoscaler) => ({ autoscaler, key: targetKey(autoscaler) }));
    this.#open = keyed.filter(({ key }) => key === undefined).map(({ autoscaler }) => autoscaler);
    const known = Map.groupBy(keyed, ({ key }) => key ?? "");
    this.#byTarget = new Map(
      Array.from(known, ([key, group]) => [key, group.map(({ autoscaler }) => autoscaler)]),
    );
  }

  of(workload: Placed): ScaledBy {
    const verdicts = this.#candidates(workload).map((autoscaler) => ({
      autoscaler,
      verdict: compare(workload, autoscaler),
    }));
    return {
      autoscalers: verdicts.filter(({ verdict }) => verdict === "match").map(({ autoscaler }) => autoscaler),
      unknown: verdicts.flatMap(({ verdict }) => (typeof verdict === "string" ? [] : [verdict])),
    };
  }

  #candidates(workload: Placed): readonly Placed[] {
    const name = workload.manifest.root.at("metadata", "name");
    const namespace = namespaceOf(workload);
    if (name.unknown || namespace === undefined) return this.#all;
    const key = keyOf(workload.cluster, namespace, workload.manifest.kind, name.text ?? "");
    return [...(this.#byTarget.get(key) ?? []), ...this.#open];
  }
}

/** Undefined where a part of it is not known yet. */
function targetKey(autoscaler: Placed): string | undefined {
  const { kind, name } = scaleTargetOf(autoscaler.manifest);
  const namespace = namespaceOf(autoscaler);
  if (namespace === undefined || kind.unknown || name.unknown) return undefined;
  return keyOf(autoscaler.cluster, namespace, kind.text ?? DEFAULT_TARGET_KIND, name.text ?? "");
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
