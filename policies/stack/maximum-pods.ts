import type { Field } from "../manifests/field.ts";
import { wholeNumberOf } from "../manifests/int-or-string.ts";
import type { Placed } from "../manifests/stack.ts";
import { violation } from "../pack/finding.ts";
import type { StackFinding } from "../pack/stack-policy.ts";
import type { Autoscalers } from "../scaling/autoscalers.ts";
import { maximumOf, SCALABLE_KINDS } from "../scaling/replicas.ts";
import { undecidedValues } from "./undecided-values.ts";

/** The highest number of pods of a workload, and what of it cannot be told. */
export interface MaximumPods {
  readonly count: number;
  readonly findings: readonly StackFinding[];
}

/** A number that a manifest states, and what holds where it does not. */
interface Stated {
  readonly placed: Placed;
  readonly field: Field;
  readonly fallback: number | undefined;
}

/** As many pods as a workload may run at once; a scaled one as many as the highest maximum of its autoscalers. */
export function maximumPods(workload: Placed, autoscalers: Autoscalers, nodes: number): MaximumPods {
  const { kind, root } = workload.manifest;
  const stated = (fallback: number, ...path: readonly string[]) =>
    read({ placed: workload, field: root.at("spec", ...path), fallback });
  if (SCALABLE_KINDS.has(kind)) return maximumReplicas(workload, autoscalers);
  switch (kind) {
    case "DaemonSet":
      return { count: nodes, findings: [] };
    case "Job":
      return stated(1, "parallelism");
    case "CronJob":
      return stated(1, "jobTemplate", "spec", "parallelism");
    case "Cluster":
      return stated(1, "instances");
    case "ScaledJob":
      return product(
        read({ placed: workload, fallback: undefined, ...maximumOf(workload.manifest) }),
        stated(1, "jobTargetRef", "parallelism"),
      );
    default:
      return { count: 1, findings: [] };
  }
}

/** Where an autoscaler may scale it, its own number counts as long as nobody knows better. */
function maximumReplicas(workload: Placed, autoscalers: Autoscalers): MaximumPods {
  const { autoscalers: scaling, unknown } = autoscalers.of(workload);
  const own: Stated = {
    placed: workload,
    field: workload.manifest.root.at("spec", "replicas"),
    fallback: 1,
  };
  const maxima: Stated[] = scaling.map((placed) => ({
    placed,
    fallback: undefined,
    ...maximumOf(placed.manifest),
  }));
  const all = (maxima.length > 0 ? maxima : [own]).map(read);
  return {
    count: Math.max(...all.map(({ count }) => count)),
    findings: [...all.flatMap(({ findings }) => findings), ...undecidedValues(unknown)],
  };
}

function product(one: MaximumPods, other: MaximumPods): MaximumPods {
  return { count: one.count * other.count, findings: [...one.findings, ...other.findings] };
}

function read({ placed, field, fallback }: Stated): MaximumPods {
  if (field.unknown) return { count: 0, findings: undecidedValues([{ placed, field }]) };
  const count = wholeNumberOf(field.missing ? fallback : field.value);
  if (count >= 0) return { count, findings: [] };
  const got = field.missing ? "not set" : JSON.stringify(field.value);
  const reason = `it is ${got}, so nothing can be added up.`;
  return { count: 0, findings: [{ placed, finding: violation(field, reason, "Set it to a whole number.") }] };
}
