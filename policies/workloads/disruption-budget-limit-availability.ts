import type { Field } from "../manifests/field.ts";
import { percentOf, wholeNumberOf } from "../manifests/int-or-string.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

interface Config {
  readonly unhealthyPods: "any" | "AlwaysAllow";
}

const REMEDY =
  "Set maxUnavailable to 1, or another number that the workload can do without, and leave minAvailable out.";

const budget = (spec: object) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec,
});

export const disruptionBudgetLimitAvailability = objectPolicy<Config>({
  name: "disruption-budget-limit-availability",
  description: "A disruption budget lets some pods be evicted, and not all at once.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SC-5" }],
  reason:
    "A budget that forbids every eviction keeps nodes from being drained, and so from getting security fixes. One that allows every " +
    "eviction protects nothing.",
  remedy: REMEDY,
  parameters: {
    unhealthyPods: {
      type: "string",
      enum: ["any", "AlwaysAllow"],
      // A store's pod that is not ready may be the one with the latest data, on its way back.
      default: "any",
      description:
        "The unhealthyPodEvictionPolicy that budgets need: `AlwaysAllow`, so that pods that never get ready cannot hold up a drain, or `any`.",
    },
  },
  examples: {
    pass: [
      { what: "one pod at a time", objects: [budget({ maxUnavailable: 1 })] },
      { what: "half of the pods", objects: [budget({ minAvailable: "50%" })] },
    ],
    fail: [
      { what: "no eviction ever", objects: [budget({ maxUnavailable: 0 })] },
      { what: "all pods needed", objects: [budget({ minAvailable: "100%" })] },
      { what: "all pods at once", objects: [budget({ maxUnavailable: "100%" })] },
      { what: "no pod needed", objects: [budget({ minAvailable: "0%" })] },
      { what: "both bounds", objects: [budget({ minAvailable: 1, maxUnavailable: 1 })] },
      { what: "neither bound", objects: [budget({})] },
    ],
  },
  kinds: ["PodDisruptionBudget"],
  judge: ({ root }, config) => [...judgeBounds({ root }), ...judgeUnhealthy(root, config)],
});

/** What the least and the greatest value of a bound mean. */
const BOUNDS = [
  { name: "maxUnavailable", none: "forbids every eviction", all: "lets all pods be evicted at once" },
  { name: "minAvailable", none: "lets all pods be evicted at once", all: "forbids every eviction" },
] as const;

function judgeBounds({ root }: Pick<Manifest, "root">): Finding[] {
  const set = BOUNDS.map((bound) => ({ bound, field: root.at("spec", bound.name) })).filter(
    ({ field }) => !field.missing,
  );
  const open = set.filter(({ field }) => field.unknown);
  const known = set.length - open.length;
  if (known === 2) return [refuseNumber(root, "both maxUnavailable and minAvailable")];
  if (set.length === 0) return [refuseNumber(root, "neither maxUnavailable nor minAvailable")];
  const findings = set.flatMap(({ bound, field }) => (field.unknown ? [] : judgeBound(bound, field)));
  return findings.length > 0 ? findings : open.map(({ field }) => undecided(field));
}

function refuseNumber(root: Field, what: string): Finding {
  return violation(root.at("spec"), `it sets ${what}, and a budget has exactly one of them.`, REMEDY);
}

function judgeBound({ name, none, all }: (typeof BOUNDS)[number], field: Field): Finding[] {
  const share = shareOf(field.value);
  const effect =
    share === undefined
      ? "is neither a number of pods nor a percentage"
      : { none, some: undefined, all }[share];
  if (effect === undefined) return [];
  return [violation(field, `${name} is ${JSON.stringify(field.value)}, which ${effect}.`, REMEDY)];
}

/** How many pods a bound speaks of; a number above none may be some or all, which only the workload tells. */
function shareOf(bound: unknown): "none" | "some" | "all" | undefined {
  const [pods, percent] = [wholeNumberOf(bound), percentOf(bound)];
  if (pods === 0 || percent === 0) return "none";
  if (percent === 100) return "all";
  return pods >= 1 || percent <= 99 ? "some" : undefined;
}

function judgeUnhealthy(root: Field, { unhealthyPods }: Config): Finding[] {
  const field = root.at("spec", "unhealthyPodEvictionPolicy");
  if (unhealthyPods === "any" || field.value === unhealthyPods) return [];
  if (field.unknown) return [undecided(field)];
  const got = field.missing ? "not set, which means IfHealthyBudget" : JSON.stringify(field.value);
  const reason = `unhealthyPodEvictionPolicy is ${got}: pods that never get ready hold up a drain.`;
  return [violation(field, reason, `Set it to ${unhealthyPods}.`)];
}
