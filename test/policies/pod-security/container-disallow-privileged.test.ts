import { describe, expect, it } from "vitest";
import { containerDisallowPrivileged } from "../../../policies/pod-security/container-disallow-privileged.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { CONTAINER, EVERY_PLACE, podSpecWith } from "../workloads.ts";
import { judgeContainer, judgePod, NOTHING } from "./judge-pod.ts";

const context = (privileged: unknown) => ({ securityContext: { privileged } });

describe("container-disallow-privileged", () => {
  it.each([false, null, undefined])("allows %s", async (value) => {
    expect(await judgeContainer(containerDisallowPrivileged, context(value))).toEqual(NOTHING);
  });

  it.each([
    ["missing", undefined],
    ["null", null],
    ["empty", {}],
  ])("allows a security context that is %s", async (_, securityContext) => {
    expect(await judgeContainer(containerDisallowPrivileged, { securityContext })).toEqual(NOTHING);
  });

  it.each(EVERY_PLACE)("fault 21, fault 22: refuses it in $list of a $kind", async ({ build, list }) => {
    const podSpec = podSpecWith(list, context(true));
    const { violations } = await judge(containerDisallowPrivileged, build(podSpec));
    expect(violations).toEqual([expect.stringContaining(`${list}[`)]);
  });

  it("fault 21: refuses a sidecar that is privileged beside containers that are not", async () => {
    const sidecar = { ...CONTAINER, name: "proxy", restartPolicy: "Always", ...context(true) };
    const { violations } = await judgePod(containerDisallowPrivileged, {
      initContainers: [CONTAINER, sidecar],
    });
    expect(violations).toEqual([
      'Deployment ai-agents/subject, at .spec.template.spec.initContainers[1].securityContext.privileged: init container "proxy" has every capability and every device of the node, because privileged is true; allowed: false or not set. Remove securityContext.privileged, or set it to false.',
    ]);
  });

  it.each(["false", 0, "", {}])("refuses %o, which is no truth value", async (value) => {
    expect((await judgeContainer(containerDisallowPrivileged, context(value))).violations).toHaveLength(1);
  });

  it.each([
    ["the value", context(UNKNOWN), ".securityContext.privileged;"],
    ["the security context", { securityContext: UNKNOWN }, ".securityContext;"],
  ])("leaves %s undecided while it is not known", async (_, container, path) => {
    const { violations, undecided } = await judgeContainer(containerDisallowPrivileged, container);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("leaves a whole list undecided and still refuses a container of another", async () => {
    const pod = { initContainers: UNKNOWN, containers: [{ name: "main", ...context(true) }] };
    const { violations, undecided } = await judgePod(containerDisallowPrivileged, pod);
    expect(violations).toHaveLength(1);
    expect(undecided).toContain(".spec.template.spec.initContainers;");
  });

  it("refuses the object where a security context is a text", async () => {
    const malformed = { securityContext: "none" };
    await expect(judgeContainer(containerDisallowPrivileged, malformed)).rejects.toThrow(
      "expected an object",
    );
  });
});
