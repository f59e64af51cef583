import { describe, expect, it } from "vitest";
import { containerDisallowPrivilegeEscalation as policy } from "../../../policies/pod-security/container-disallow-privilege-escalation.ts";
import { UNKNOWN } from "../judge.ts";
import { judgeContainer, judgePod, NOTHING } from "./judge-pod.ts";

const context = (allowPrivilegeEscalation: unknown) => ({ securityContext: { allowPrivilegeEscalation } });

describe("container-disallow-privilege-escalation", () => {
  it("allows only the value false", async () => {
    expect(await judgeContainer(policy, context(false))).toEqual(NOTHING);
  });

  it.each([
    [true, "true"],
    [null, "not set"],
    [undefined, "not set"],
    ["false", '"false"'],
    [0, "0"],
    [{}, "no single value"],
  ])("refuses %o", async (value, shown) => {
    expect((await judgeContainer(policy, context(value))).violations).toEqual([
      `Deployment ai-agents/subject, at .spec.template.spec.containers[1].securityContext.allowPrivilegeEscalation: container "changed" can gain privileges by setuid programs, because allowPrivilegeEscalation is ${shown}; allowed: false, and not set means true. Set securityContext.allowPrivilegeEscalation: false in the container.`,
    ]);
  });

  it.each([
    ["missing", undefined],
    ["null", null],
    ["empty", {}],
  ])("fault 23: refuses a security context that is %s", async (_, securityContext) => {
    expect((await judgeContainer(policy, { securityContext })).violations).toHaveLength(1);
  });

  it.each(["initContainers", "ephemeralContainers"])("fault 21: refuses it in %s", async (list) => {
    expect((await judgeContainer(policy, context(true), { list })).violations).toHaveLength(1);
  });

  it("does not take a value of the pod for its containers', which do not inherit it", async () => {
    const pod = { ...context(false), containers: [{ name: "main" }] };
    expect((await judgePod(policy, pod)).violations).toHaveLength(1);
  });

  it.each([
    ["the value", { containers: [{ name: "main", ...context(UNKNOWN) }] }, ".allowPrivilegeEscalation;"],
    [
      "the operating system, where it decides",
      { os: { name: UNKNOWN }, containers: [{ name: "main" }] },
      "update: .spec.template.spec.os.name;",
    ],
    [
      "the operating system alone, where both are open",
      { os: { name: UNKNOWN }, containers: [{ name: "main", ...context(UNKNOWN) }] },
      "update: .spec.template.spec.os.name;",
    ],
  ])("leaves %s undecided while it is not known", async (_, pod, path) => {
    const { violations, undecided } = await judgePod(policy, pod);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("asks nothing of a pod for Windows, and of one for Linux everything", async () => {
    const containers = [{ name: "main" }, { name: "other", ...context(UNKNOWN) }];
    expect(await judgePod(policy, { os: { name: "windows" }, containers })).toEqual(NOTHING);
    expect((await judgePod(policy, { os: { name: "linux" }, containers })).violations).toHaveLength(1);
  });
});
