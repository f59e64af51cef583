import type { IAnalysisTemplateSpec } from "@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplateSpec";
import type { ICanaryStep } from "@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/CanaryStep";
import type { IMetric } from "@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Metric";
import type * as k8s from "@pulumi/kubernetes";
import { METRICS } from "../agent-runtime/src/contract.ts";
import { labelsOf, selectorOf, type Tier, workloadName } from "./naming.ts";

/** A part of the pods that runs the new version for a while. */
export interface CanaryPhase {
  /** Percent of the pods, rounded up to whole ones: 5 % of three pods is one. */
  readonly percent: number;
  readonly seconds: number;
}

/** How a new version is judged while it takes over. */
export interface RolloutGates {
  readonly prometheusUrl: string;
  readonly namespace: string;
  /** Prometheus may hold the series of several regions. */
  readonly region: string;
  /** Part of the requests, from 0 to 1, that may fail. */
  readonly maxErrorRatio: number;
  /** Seconds that a request may take in the mean. */
  readonly maxMeanSeconds: number;
  /** Seconds between two looks. */
  readonly intervalSeconds: number;
  /** Time over which each look counts, in seconds: several scrapes must fit in. */
  readonly windowSeconds: number;
}

export interface AgentRolloutArgs {
  readonly tier: Tier;
  readonly phases: readonly CanaryPhase[];
  /** How long the old version can be gone back to at once after the new one has all pods. */
  readonly soakSeconds: number;
}

/** 5 % for five minutes, then 20, 50, 80 and 100 % for three each, then ten minutes until the end. */
export const DEFAULT_PHASES: readonly CanaryPhase[] = [
  { percent: 5, seconds: 300 },
  ...[20, 50, 80, 100].map((percent) => ({ percent, seconds: 180 })),
];
export const DEFAULT_SOAK_SECONDS = 600;

/** Failed looks that are forgiven; the next one takes the new version back. */
const FORGIVEN_FAILURES = 1;

/** Looks without enough traffic to judge by, after which the rollout waits for a person. */
const FORGIVEN_BLANKS = 5;

/** Looks in a row that Prometheus did not answer, after which the new version is taken back. */
const FORGIVEN_ERRORS = 4;

const HASH = "pod-hash";

/** Name of the AnalysisTemplate of a tier. */
export function analysisName(tier: Tier): string {
  return `${workloadName(tier)}-gates`;
}

/**
 * A Rollout without `replicas`, which its autoscaler writes. The parts are parts of the pods: the Service sends to old and
 * new alike. A new version is judged all the time, and taken back as soon as it fails.
 */
export function buildRolloutSpec(args: AgentRolloutArgs, pod: k8s.types.input.core.v1.PodSpec) {
  const { tier, phases, soakSeconds } = args;
  return {
    selector: { matchLabels: selectorOf(tier) },
    revisionHistoryLimit: 5,
    progressDeadlineAbort: true,
    template: { metadata: { labels: labelsOf(tier) }, spec: pod },
    strategy: {
      canary: {
        maxSurge: 1,
        maxUnavailable: 0,
        analysis: {
          templates: [{ templateName: analysisName(tier) }],
          args: [{ name: HASH, valueFrom: { podTemplateHashValue: "Latest" } }],
          // The first pods of the new version must be there to be judged.
          startingStep: 1,
        },
        steps: buildSteps(phases, soakSeconds),
      },
    },
  };
}

function buildSteps(phases: readonly CanaryPhase[], soakSeconds: number): ICanaryStep[] {
  const steps = phases.flatMap(({ percent, seconds }) => [
    { setWeight: percent },
    { pause: { duration: `${seconds}s` } },
  ]);
  return soakSeconds === 0 ? steps : [...steps, { pause: { duration: `${soakSeconds}s` } }];
}

/** What is asked about the pods of a new version. A pod's name begins with the Rollout's name and the version's hash. */
export function buildAnalysisTemplate(tier: Tier, gates: RolloutGates): IAnalysisTemplateSpec {
  const { namespace, region, windowSeconds, maxErrorRatio, maxMeanSeconds } = gates;
  const name = workloadName(tier);
  const pods = `namespace="${namespace}",job="${name}",region="${region}",pod=~"${name}-{{args.${HASH}}}-.*"`;
  const perSecond = (metric: string, more = "") => `sum(rate(${metric}{${pods}${more}}[${windowSeconds}s]))`;
  const all = perSecond(METRICS.requestsTotal);
  const failed = perSecond(METRICS.requestsTotal, ',status="error"');
  const durations = METRICS.requestDurationSeconds;
  return {
    args: [{ name: HASH }],
    metrics: [
      buildGate(gates, "errors", `(${failed} or vector(0)) / ${all}`, maxErrorRatio),
      buildGate(
        gates,
        "mean-duration",
        `${perSecond(`${durations}_sum`)} / ${perSecond(`${durations}_count`)}`,
        maxMeanSeconds,
      ),
    ],
  };
}

/** Without traffic there is neither success nor failure: a version nobody has tried is not let through. */
function buildGate(gates: RolloutGates, name: string, query: string, most: number): IMetric {
  const judged = "len(result) > 0 && !isNaN(result[0])";
  return {
    name,
    interval: `${gates.intervalSeconds}s`,
    initialDelay: `${gates.windowSeconds}s`,
    successCondition: `${judged} && result[0] <= ${most}`,
    failureCondition: `${judged} && result[0] > ${most}`,
    failureLimit: FORGIVEN_FAILURES,
    inconclusiveLimit: FORGIVEN_BLANKS,
    consecutiveErrorLimit: FORGIVEN_ERRORS,
    provider: { prometheus: { address: gates.prometheusUrl, query } },
  };
}
