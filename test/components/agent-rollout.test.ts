import { AnalysisTemplate } from "@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate";
import { Rollout } from "@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout";
import { describe, expect, it } from "vitest";
import {
  analysisName,
  buildAnalysisTemplate,
  buildRolloutSpec,
  DEFAULT_PHASES,
  DEFAULT_SOAK_SECONDS,
} from "../../components/agent-rollout.ts";

const ARGS = { tier: "coordinator", phases: DEFAULT_PHASES, soakSeconds: DEFAULT_SOAK_SECONDS } as const;
const POD = { containers: [{ name: "coordinator", image: "registry.example.com/agent-runtime:1" }] };

const GATES = {
  prometheusUrl: "http://prometheus.monitoring.svc:9090",
  namespace: "ai-agents",
  region: "region-a",
  maxErrorRatio: 0.01,
  maxMeanSeconds: 5,
  intervalSeconds: 30,
  windowSeconds: 60,
};

describe("a Rollout", () => {
  it("is what the published schema takes", () => {
    const spec = structuredClone(buildRolloutSpec(ARGS, POD)) as never;
    const rollout = new Rollout({
      metadata: { name: "x" },
      spec,
    });
    expect(() => rollout.validate()).not.toThrow();
  });

  it("leaves the number of pods to its autoscaler", () => {
    expect(buildRolloutSpec(ARGS, POD)).not.toHaveProperty("replicas");
  });

  it("gives the new version a twentieth for five minutes, then more every three, and ten to go back at once", () => {
    expect(buildRolloutSpec(ARGS, POD).strategy.canary.steps).toEqual([
      { setWeight: 5 },
      { pause: { duration: "300s" } },
      ...[20, 50, 80, 100].flatMap((setWeight) => [{ setWeight }, { pause: { duration: "180s" } }]),
      { pause: { duration: "600s" } },
    ]);
  });

  it("ends with the last part where nothing is to be waited for", () => {
    const { steps } = buildRolloutSpec({ ...ARGS, soakSeconds: 0 }, POD).strategy.canary;
    expect(steps.at(-1)).toEqual({ pause: { duration: "180s" } });
  });

  it("never has fewer pods than before, and judges the new ones from their first on", () => {
    const { maxSurge, maxUnavailable, analysis } = buildRolloutSpec(ARGS, POD).strategy.canary;
    expect({ maxSurge, maxUnavailable }).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    expect(analysis).toEqual({
      templates: [{ templateName: analysisName("coordinator") }],
      args: [{ name: "pod-hash", valueFrom: { podTemplateHashValue: "Latest" } }],
      startingStep: 1,
    });
  });

  it("selects and labels its pods as a Deployment would", () => {
    const { selector, template } = buildRolloutSpec({ ...ARGS, tier: { agent: "support" } }, POD);
    expect(selector.matchLabels).toEqual({ app: "claude-agent", tier: "agent", agent: "support" });
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    expect(template.spec).toBe(POD);
  });
});

describe("the gates of a Rollout", () => {
  const { metrics = [] } = buildAnalysisTemplate("coordinator", GATES);
  const pods =
    'namespace="ai-agents",job="claude-agent-coordinator",region="region-a",pod=~"claude-agent-coordinator-{{args.pod-hash}}-.*"';

  it("are what the published schema takes", () => {
    const template = new AnalysisTemplate({
      metadata: { name: analysisName("coordinator") },
      spec: buildAnalysisTemplate("coordinator", GATES),
    });
    expect(() => template.validate()).not.toThrow();
  });

  it("ask about the pods of the new version alone", () => {
    expect(metrics.map(({ name, provider }) => [name, provider.prometheus])).toEqual([
      [
        "errors",
        {
          address: "http://prometheus.monitoring.svc:9090",
          query: `(sum(rate(claude_agent_requests_total{${pods},status="error"}[60s])) or vector(0)) / sum(rate(claude_agent_requests_total{${pods}}[60s]))`,
        },
      ],
      [
        "mean-duration",
        {
          address: "http://prometheus.monitoring.svc:9090",
          query: `sum(rate(claude_agent_request_duration_seconds_sum{${pods}}[60s])) / sum(rate(claude_agent_request_duration_seconds_count{${pods}}[60s]))`,
        },
      ],
    ]);
  });

  it("let through one percent of errors and five seconds in the mean", () => {
    expect(metrics.map(({ successCondition }) => successCondition)).toEqual([
      "len(result) > 0 && !isNaN(result[0]) && result[0] <= 0.01",
      "len(result) > 0 && !isNaN(result[0]) && result[0] <= 5",
    ]);
  });

  it("neither let through nor take back a version that had no traffic", () => {
    for (const { successCondition, failureCondition, inconclusiveLimit } of metrics) {
      expect(successCondition).toMatch(/^len\(result\) > 0 && !isNaN\(result\[0\]\) && /);
      expect(failureCondition).toMatch(/^len\(result\) > 0 && !isNaN\(result\[0\]\) && /);
      expect(inconclusiveLimit).toBe(5);
    }
  });

  it("take a version back at the second failed look, or while nobody answers", () => {
    expect(
      metrics.map(({ failureLimit, consecutiveErrorLimit }) => [failureLimit, consecutiveErrorLimit]),
    ).toEqual([
      [1, 4],
      [1, 4],
    ]);
  });
});
