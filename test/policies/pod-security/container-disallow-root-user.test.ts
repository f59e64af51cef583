import { describe, expect, it } from "vitest";
import { containerDisallowRootUser } from "../../../policies/pod-security/container-disallow-root-user.ts";
import { UNKNOWN } from "../judge.ts";
import { judgeContainer, judgePod, NOTHING } from "./judge-pod.ts";

const context = (runAsUser: unknown) => ({ securityContext: { runAsUser } });

describe("container-disallow-root-user", () => {
  it.each([1, 65534, null, undefined])("allows %s, at the pod and at a container", async (user) => {
    expect(await judgePod(containerDisallowRootUser, context(user))).toEqual(NOTHING);
    expect(await judgeContainer(containerDisallowRootUser, context(user))).toEqual(NOTHING);
  });

  it.each([
    ["missing", undefined],
    ["null", null],
    ["empty", {}],
  ])("allows a security context that is %s", async (_, securityContext) => {
    expect(await judgePod(containerDisallowRootUser, { securityContext })).toEqual(NOTHING);
    expect(await judgeContainer(containerDisallowRootUser, { securityContext })).toEqual(NOTHING);
  });

  it.each([
    [0, "0"],
    [-1, "-1"],
    ["0", '"0"'],
    ["1000", '"1000"'],
    ["root", '"root"'],
    [false, "false"],
    [{}, "no single value"],
  ])("refuses %o, at the pod and at a container", async (user, shown) => {
    const words = `runs as user ${shown}; allowed: a number above 0 (0 is root), or not set.`;
    expect((await judgePod(containerDisallowRootUser, context(user))).violations).toEqual([
      expect.stringContaining(`.spec.securityContext.runAsUser: the pod ${words}`),
    ]);
    expect((await judgeContainer(containerDisallowRootUser, context(user))).violations).toEqual([
      expect.stringContaining(`.containers[1].securityContext.runAsUser: container "changed" ${words}`),
    ]);
  });

  it("fault 23: refuses the pod's user 0 though its containers name others, as Pod Security does", async () => {
    const pod = { ...context(0), containers: [{ name: "main", ...context(1000) }] };
    expect((await judgePod(containerDisallowRootUser, pod)).violations).toEqual([
      expect.stringContaining("the pod runs as user 0"),
    ]);
  });

  it.each(["initContainers", "ephemeralContainers"])("fault 21: refuses it in %s", async (list) => {
    const { violations } = await judgeContainer(containerDisallowRootUser, context(0), { list });
    expect(violations).toEqual([expect.stringContaining("Set runAsUser to the number of a user above 0")]);
  });

  it("refuses it in a user namespace too, where it is root of the pod's own files and secrets", async () => {
    expect(
      (await judgePod(containerDisallowRootUser, { hostUsers: false, ...context(0) })).violations,
    ).toHaveLength(1);
  });

  it("leaves it undecided while it is not known, and still refuses another", async () => {
    const pod = { ...context(UNKNOWN), containers: [{ name: "main", ...context(0) }] };
    const { violations, undecided } = await judgePod(containerDisallowRootUser, pod);
    expect(violations).toHaveLength(1);
    expect(undecided).toContain("update: .spec.template.spec.securityContext.runAsUser;");
  });

  it("says nothing about groups", async () => {
    const securityContext = { runAsGroup: 0, fsGroup: 0, supplementalGroups: [0] };
    expect(await judgePod(containerDisallowRootUser, { securityContext })).toEqual(NOTHING);
  });
});
