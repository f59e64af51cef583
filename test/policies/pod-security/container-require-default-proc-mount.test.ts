import { describe, expect, it } from "vitest";
import { containerRequireDefaultProcMount as policy } from "../../../policies/pod-security/container-require-default-proc-mount.ts";
import { UNKNOWN } from "../judge.ts";
import { podSpecWith } from "../workloads.ts";
import { judgeContainer, judgePod, NOTHING } from "./judge-pod.ts";

const context = (procMount: unknown) => ({ securityContext: { procMount } });

describe("container-require-default-proc-mount", () => {
  it.each(["Default", null, undefined])("allows %s", async (value) => {
    expect(await judgeContainer(policy, context(value))).toEqual(NOTHING);
  });

  it.each([
    ["Unmasked", '"Unmasked"'],
    ["default", '"default"'],
    ["", '""'],
    [0, "0"],
    [["Default"], "no single value"],
  ])("refuses %o", async (value, shown) => {
    expect((await judgeContainer(policy, context(value))).violations).toEqual([
      `Deployment ai-agents/subject, at .spec.template.spec.containers[1].securityContext.procMount: container "changed" sees more of /proc than the engine shows, because procMount is ${shown}; allowed: Default or not set. Remove securityContext.procMount, or set it to Default.`,
    ]);
  });

  it.each(["initContainers", "ephemeralContainers"])("fault 21: refuses it in %s", async (list) => {
    expect((await judgeContainer(policy, context("Unmasked"), { list })).violations).toHaveLength(1);
  });

  it("refuses it in a user namespace too, as the restricted standard does", async () => {
    const pod = { hostUsers: false, ...podSpecWith("containers", context("Unmasked")) };
    expect((await judgePod(policy, pod)).violations).toHaveLength(1);
  });

  it("leaves it undecided while it is not known", async () => {
    const { violations, undecided } = await judgeContainer(policy, context(UNKNOWN));
    expect(violations).toEqual([]);
    expect(undecided).toContain(".securityContext.procMount;");
  });
});
