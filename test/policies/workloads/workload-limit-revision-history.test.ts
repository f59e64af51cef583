import { describe, expect, it } from "vitest";
import { workloadLimitRevisionHistory } from "../../../policies/workloads/workload-limit-revision-history.ts";
import { judge, UNKNOWN } from "../judge.ts";

const VERSIONED = [
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "apps/v1", kind: "StatefulSet" },
  { apiVersion: "apps/v1", kind: "DaemonSet" },
  { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" },
];
const [DEPLOYMENT = {}] = VERSIONED;

const judgeLimit = (revisionHistoryLimit: unknown, head: object = DEPLOYMENT, config = {}) =>
  judge(
    workloadLimitRevisionHistory,
    { ...head, metadata: { name: "subject" }, spec: { revisionHistoryLimit } },
    { config },
  );

describe("workload-limit-revision-history", () => {
  it.each(VERSIONED)(
    "allows a $kind that keeps five versions and refuses one that keeps none",
    async (head) => {
      expect(await judgeLimit(5, head)).toEqual({ violations: [], undecided: undefined });
      expect((await judgeLimit(0, head)).violations).toEqual([
        expect.stringContaining("revisionHistoryLimit is 0; allowed: 2 to 10."),
      ]);
    },
  );

  it("refuses a Deployment within a List (fault 22)", async () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [{ ...DEPLOYMENT, spec: { revisionHistoryLimit: 0 } }],
    };
    expect((await judge(workloadLimitRevisionHistory, list)).violations).toHaveLength(1);
  });

  it.each([undefined, null, 2, 10])("allows %s", async (limit) => {
    expect((await judgeLimit(limit)).violations).toEqual([]);
  });

  it.each([
    [1, "is 1; allowed"],
    [11, "is 11; allowed"],
    [-1, "is -1; allowed"],
    ["5", 'is "5", which is no whole number.'],
    [2.5, "is 2.5, which is no whole number."],
  ])("refuses %j", async (limit, reason) => {
    expect((await judgeLimit(limit)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("takes both bounds from the configuration, and measures the default of Kubernetes by them", async () => {
    expect((await judgeLimit(1, DEPLOYMENT, { minRevisions: 1 })).violations).toEqual([]);
    expect((await judgeLimit(50, DEPLOYMENT, { maxRevisions: 50 })).violations).toEqual([]);
    expect((await judgeLimit(undefined, DEPLOYMENT, { maxRevisions: 9 })).violations).toEqual([
      expect.stringContaining("is not set, which means 10; allowed: 2 to 9."),
    ]);
  });

  it.each(["ReplicaSet", "Job", "CronJob", "Pod"])(
    "says nothing about a %s, which has no versions",
    async (kind) => {
      expect((await judgeLimit(0, { apiVersion: "v1", kind })).violations).toEqual([]);
    },
  );

  it("leaves a limit that is not known yet undecided", async () => {
    const { violations, undecided } = await judgeLimit(UNKNOWN);
    expect(violations).toEqual([]);
    expect(undecided).toContain(".spec.revisionHistoryLimit");
  });
});
