import type { Field } from "../manifests/field.ts";
import { wholeNumberOf } from "../manifests/int-or-string.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { judgeScaleDown } from "./scale-down.ts";

interface Config {
  readonly scaleDownStabilizationSeconds: number;
  readonly scaleUpStabilizationSeconds: number;
  readonly scaleDownPercentPerMinute: number;
  readonly scaleDownPodsPerMinute: number;
}

const UP = { stabilizationWindowSeconds: 15, policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] };
const DOWN = {
  stabilizationWindowSeconds: 300,
  policies: [{ type: "Percent", value: 10, periodSeconds: 60 }],
};
const METADATA = { name: "agent", namespace: "ai-agents" };
const hpa = (behavior: object | null) => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: METADATA,
  spec: { behavior },
});
const scaledObject = (behavior: object) => ({
  apiVersion: "keda.sh/v1alpha1",
  kind: "ScaledObject",
  metadata: METADATA,
  spec: { advanced: { horizontalPodAutoscalerConfig: { behavior } } },
});

export const autoscalerRequireBehavior = objectPolicy<Config>({
  name: "autoscaler-require-behavior",
  description: "An autoscaler says how fast it adds pods and how slowly it removes them.",
  severity: "medium",
  controls: [{ framework: "nist", control: "SC-5, CP-10" }],
  reason:
    "By default an autoscaler may remove all pods above the minimum within 15 seconds, and every pod of this platform takes " +
    "conversations of minutes with it; a long stabilisation of the scale-up leaves a spike unanswered.",
  remedy:
    "State behavior.scaleUp with a short stabilizationWindowSeconds and behavior.scaleDown with a long one and slow policies.",
  parameters: {
    scaleDownStabilizationSeconds: {
      type: "integer",
      minimum: 0,
      maximum: 3600,
      default: 300,
      description:
        "The least time, in seconds, for which pods must have been too many before one is removed.",
    },
    scaleUpStabilizationSeconds: {
      type: "integer",
      minimum: 0,
      maximum: 3600,
      default: 60,
      description: "The longest time, in seconds, for which pods must have been too few before one is added.",
    },
    scaleDownPercentPerMinute: {
      type: "number",
      minimum: 0,
      maximum: 100,
      default: 10,
      description: "The largest part of the pods, in percent, that may be removed in a minute.",
    },
    scaleDownPodsPerMinute: {
      type: "number",
      minimum: 0,
      default: 1,
      description: "The most pods that a policy of the type Pods may remove in a minute.",
    },
  },
  examples: {
    pass: [
      { what: "fast up, slow down", objects: [hpa({ scaleUp: UP, scaleDown: DOWN })] },
      { what: "the same behind KEDA", objects: [scaledObject({ scaleUp: UP, scaleDown: DOWN })] },
    ],
    fail: [
      { what: "no behaviour", objects: [hpa(null)] },
      { what: "nothing about adding pods", objects: [hpa({ scaleDown: DOWN })] },
      {
        what: "no pods added at all",
        objects: [hpa({ scaleUp: { ...UP, selectPolicy: "Disabled" }, scaleDown: DOWN })],
      },
      {
        what: "half of the pods removed a minute",
        objects: [
          hpa({
            scaleUp: UP,
            scaleDown: { ...DOWN, policies: [{ type: "Percent", value: 50, periodSeconds: 60 }] },
          }),
        ],
      },
      {
        what: "pods removed after a minute of quiet",
        objects: [scaledObject({ scaleUp: UP, scaleDown: { ...DOWN, stabilizationWindowSeconds: 60 } })],
      },
    ],
  },
  kinds: ["HorizontalPodAutoscaler", "ScaledObject"],
  judge: judgeBehavior,
});

function judgeBehavior(manifest: Manifest, config: Config): Finding[] {
  const behavior = behaviorOf(manifest);
  const up = behavior.at("scaleUp");
  const down = behavior.at("scaleDown");
  return [
    ...judgeWindow(up, { least: 0, most: config.scaleUpStabilizationSeconds, fallback: 0 }),
    ...judgeScaleUp(up),
    ...judgeWindow(down, { least: config.scaleDownStabilizationSeconds, most: 3600, fallback: 300 }),
    // An unknown behaviour has been said to be unknown by then, and a missing one to be missing.
    ...(down.unknown || down.missing ? [] : judgeScaleDown(down, config)),
  ];
}

function behaviorOf({ kind, root }: Manifest): Field {
  if (kind === "HorizontalPodAutoscaler") return root.at("spec", "behavior");
  return root.at("spec", "advanced", "horizontalPodAutoscalerConfig", "behavior");
}

function judgeScaleUp(up: Field): Finding[] {
  const select = up.at("selectPolicy");
  if (select.unknown) return [undecided(select)];
  if (select.value !== "Disabled") return [];
  const reason = 'it is "Disabled", and then no pod is ever added.';
  return [violation(select, reason, "Leave it out, or write Max.")];
}

/** Bounds of a stabilisation, in seconds, and what holds where a direction leaves it out. */
interface WindowBounds {
  readonly least: number;
  readonly most: number;
  readonly fallback: number;
}

function judgeWindow(direction: Field, { least, most, fallback }: WindowBounds): Finding[] {
  if (direction.missing) return [violation(direction, "it is not set.", "Say how fast it goes.")];
  const window = direction.at("stabilizationWindowSeconds");
  if (window.unknown) return [undecided(window)];
  const value = window.missing ? fallback : window.value;
  const seconds = wholeNumberOf(value);
  if (seconds >= least && seconds <= most) return [];
  const reason = `it is ${window.missing ? "not set, which means " : ""}${JSON.stringify(value)}.`;
  return [violation(window, reason, `Set it to a whole number of seconds from ${least} to ${most}.`)];
}
