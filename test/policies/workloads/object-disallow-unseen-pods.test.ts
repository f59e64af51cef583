import { describe, expect, it } from "vitest";
import { objectDisallowUnseenPods } from "../../../policies/workloads/object-disallow-unseen-pods.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment } from "../workloads.ts";

const judgeObject = (kind: string, apiVersion: unknown, spec: unknown = {}, config = {}) =>
  judge(
    objectDisallowUnseenPods,
    { apiVersion, kind, metadata: { name: "subject" }, spec },
    { config, type: `kubernetes:x/v1:${kind}` },
  );
const judgeAnalysis = (kind: string, metrics: unknown) =>
  judgeObject(kind, "argoproj.io/v1alpha1", { metrics });

const UNSEEN: readonly [kind: string, apiVersion: string][] = [
  ["Application", "argoproj.io/v1alpha1"],
  ["ApplicationSet", "argoproj.io/v1alpha1"],
  ["ClusterWorkflowTemplate", "argoproj.io/v1alpha1"],
  ["CronWorkflow", "argoproj.io/v1alpha1"],
  ["Workflow", "argoproj.io/v1alpha1"],
  ["WorkflowTemplate", "argoproj.io/v1alpha1"],
  ["HelmChart", "helm.cattle.io/v1"],
  ["HelmRelease", "helm.toolkit.fluxcd.io/v2"],
  ["Kustomization", "kustomize.toolkit.fluxcd.io/v1"],
  ["Configuration", "serving.knative.dev/v1"],
  ["Revision", "serving.knative.dev/v1"],
  ["Service", "serving.knative.dev/v1"],
];

describe("object-disallow-unseen-pods", () => {
  it.each(UNSEEN)("refuses a %s of %s", async (kind, apiVersion) => {
    expect((await judgeObject(kind, apiVersion)).violations).toEqual([
      expect.stringContaining(`the ${kind} makes pods that no preview shows and no policy judges.`),
    ]);
  });

  it("refuses the release of a chart, which has no API version", async () => {
    const release = { chart: "agent", version: "1.2.3", values: {} };
    const { violations } = await judge(objectDisallowUnseenPods, release, {
      type: "kubernetes:helm.sh/v3:Release",
    });
    expect(violations).toEqual([expect.stringContaining("the Release makes pods")]);
  });

  it.each([
    ["Service", "v1"],
    ["Service", undefined],
    ["Application", "app.k8s.io/v1beta1"],
    ["HelmChart", "source.toolkit.fluxcd.io/v1"],
    ["Rollout", "argoproj.io/v1alpha1"],
    ["Kustomization", "kustomize.toolkit.fluxcd.io.example.com/v1"],
    ["Deployment", UNKNOWN],
  ])("says nothing of a %s of %s", async (kind, apiVersion) => {
    expect(await judgeObject(kind, apiVersion)).toEqual({ violations: [], undecided: undefined });
  });

  it("says nothing of a workload, which a preview shows", async () => {
    expect((await judge(objectDisallowUnseenPods, deployment())).violations).toEqual([]);
  });

  it.each(["AnalysisRun", "AnalysisTemplate", "ClusterAnalysisTemplate"])(
    "refuses the Job of an %s and nothing else in it",
    async (kind) => {
      const prometheus = { provider: { prometheus: { query: "up" }, job: null } };
      expect((await judgeAnalysis(kind, [prometheus])).violations).toEqual([]);
      expect((await judgeAnalysis(kind, undefined)).violations).toEqual([]);
      expect((await judgeAnalysis(kind, [prometheus, { provider: { job: {} } }])).violations).toEqual([
        expect.stringContaining("at .spec.metrics[1].provider.job: the Job of an analysis makes pods"),
      ]);
      expect((await judgeAnalysis(kind, [{ provider: { job: UNKNOWN } }])).undecided).toContain(
        ".provider.job;",
      );
    },
  );

  it("takes kinds that something else judges from the configuration", async () => {
    const config = { allowedKinds: ["Application"] };
    expect((await judgeObject("Application", "argoproj.io/v1alpha1", {}, config)).violations).toEqual([]);
    expect((await judgeObject("Workflow", "argoproj.io/v1alpha1", {}, config)).violations).toHaveLength(1);
  });

  it("leaves an API version that is not known yet undecided", async () => {
    const { violations, undecided } = await judgeObject("Service", UNKNOWN);
    expect(violations).toEqual([]);
    expect(undecided).toContain(": .apiVersion;");
  });
});
