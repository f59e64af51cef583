import { describe, expect, it } from "vitest";
import { podDisallowSharedProcesses } from "../../../policies/workloads/pod-disallow-shared-processes.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment, POD_SPEC, WORKLOAD_KINDS } from "../workloads.ts";

const judgeShared = (shareProcessNamespace: unknown) =>
  judge(podDisallowSharedProcesses, deployment({ ...POD_SPEC, shareProcessNamespace }));

describe("pod-disallow-shared-processes", () => {
  it.each(WORKLOAD_KINDS)(
    "refuses a $kind whose containers share processes (fault 22)",
    async ({ build }) => {
      const podSpec = { ...POD_SPEC, shareProcessNamespace: true };
      expect((await judge(podDisallowSharedProcesses, build(podSpec))).violations).toEqual([
        expect.stringContaining("shareProcessNamespace is true: a break into one container is one into all."),
      ]);
    },
  );

  it.each([undefined, null, false])("allows %s", async (shared) => {
    expect(await judgeShared(shared)).toEqual({ violations: [], undecided: undefined });
  });

  it.each(["false", 0, {}])("refuses %j, which is no boolean", async (shared) => {
    expect((await judgeShared(shared)).violations).toHaveLength(1);
  });

  it("leaves a setting that is not known yet undecided", async () => {
    const { violations, undecided } = await judgeShared(UNKNOWN);
    expect(violations).toEqual([]);
    expect(undecided).toContain(".spec.template.spec.shareProcessNamespace");
  });
});
