import {
  APP,
  DEFAULT_MAX_TURN_SECONDS,
  DEFAULT_PRE_STOP_SECONDS,
  ENV,
  terminationGraceSeconds,
} from "../../agent-runtime/src/contract.ts";
import type { Field } from "../manifests/field.ts";
import type { Stack } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { type RuntimePod, runtimePodsOf, secondsOf, variableOf } from "./runtime-pods.ts";

/** What Kubernetes gives where the pod states nothing, in seconds. */
const DEFAULT_GRACE_SECONDS = 30;

const REMEDY =
  "Set lifecycle.preStop.sleep.seconds to PRE_STOP_SECONDS, and terminationGracePeriodSeconds to both and the margin of 15 s.";

export const turnRequireGrace = stackPolicy({
  name: "turn-require-grace",
  description: "A pod that is removed has the time to leave the load balancers and to end its longest turn.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SC-24" }],
  reason:
    "When the grace period is over the process is killed: clients lose answers that were paid for. Without a preStop hook proxies still " +
    "send requests to a pod that takes none.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "a grace period for turns of ten minutes", objects: [agentExample({})] },
      { what: "the pods of something else", objects: [agentExample({ grace: 30, app: "web" })] },
    ],
    fail: [
      { what: "the grace period that Kubernetes gives", objects: [agentExample({ grace: null })] },
      { what: "one without margin", objects: [agentExample({ grace: 605 })] },
      { what: "a turn longer than before", objects: [agentExample({ turn: "900" })] },
      { what: "no preStop hook", objects: [agentExample({ lifecycle: {} })] },
    ],
  },
  judge: (stack) => {
    const { pods, open } = runtimePodsOf(stack);
    return [...open, ...pods.flatMap((pod) => judgePod(stack, pod))];
  },
});

function judgePod(stack: Stack, pod: RuntimePod): StackFinding[] {
  const { maxTurnSeconds, preStopSeconds } = ENV;
  const turn = secondsOf(maxTurnSeconds, variableOf(stack, pod, maxTurnSeconds), DEFAULT_MAX_TURN_SECONDS);
  const preStop = secondsOf(preStopSeconds, variableOf(stack, pod, preStopSeconds), DEFAULT_PRE_STOP_SECONDS);
  const findings = [...judgeHook(pod, preStop), ...judgeGrace(pod, turn, preStop)];
  return findings.map((finding) => ({ placed: pod.placed, finding }));
}

function judgeHook({ container }: RuntimePod, preStop: number | Finding): Finding[] {
  if (typeof preStop !== "number") return [preStop];
  const sleep = container.at("lifecycle", "preStop", "sleep", "seconds");
  return judgeAtLeast("the preStop hook sleeps", sleep, 0, preStop);
}

function judgeGrace({ pod }: RuntimePod, turn: number | Finding, preStop: number | Finding): Finding[] {
  if (typeof turn !== "number") return [turn];
  // What stands in its place is told of with the hook.
  if (typeof preStop !== "number") return [];
  const grace = pod.spec.at("terminationGracePeriodSeconds");
  const needed = terminationGraceSeconds(turn, preStop);
  return judgeAtLeast("a pod that is removed may take", grace, DEFAULT_GRACE_SECONDS, needed);
}

function judgeAtLeast(what: string, field: Field, fallback: number, least: number): Finding[] {
  if (field.unknown) return [undecided(field)];
  const seconds = field.missing ? fallback : field.value;
  if (typeof seconds === "number" && seconds >= least) return [];
  const reason = `${what} ${JSON.stringify(seconds)} s, and needs ${least} s.`;
  return [violation(field, reason, `Write ${least} or more.`)];
}

interface Changes {
  readonly grace?: number | null;
  readonly turn?: string;
  readonly app?: string;
  readonly lifecycle?: object;
}

/** A Deployment of the runtime, for examples. */
function agentExample({ grace = 620, turn = "600", app = APP, lifecycle }: Changes): object {
  const metadata = { name: "claude-agent-coordinator", namespace: "ai-agents" };
  const container = {
    name: "coordinator",
    env: [{ name: ENV.maxTurnSeconds, value: turn }],
    lifecycle: lifecycle ?? { preStop: { sleep: { seconds: DEFAULT_PRE_STOP_SECONDS } } },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      template: {
        metadata: { labels: { app } },
        spec: { terminationGracePeriodSeconds: grace, containers: [container] },
      },
    },
  };
}
