import { describe, expect, it } from "vitest";
import { containerRequireNonRoot } from "../../../policies/pod-security/container-require-non-root.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { POD_SPEC, WORKLOAD_KINDS } from "../workloads.ts";
import { judgeContainer, judgePod, NOTHING } from "./judge-pod.ts";

const context = (runAsNonRoot: unknown) => ({ runAsNonRoot });

/** Judges a pod of one container, with these security contexts. */
const judgeContexts = (pod: unknown, container: unknown) =>
  judgePod(containerRequireNonRoot, {
    securityContext: pod,
    containers: [{ name: "main", securityContext: container }],
  });

/** The ways to say nothing. */
const ABSENT: [string, unknown][] = [
  ["missing", undefined],
  ["null", null],
  ["empty", {}],
  ["null inside", context(null)],
];
const NO_TRUTH: [unknown, string][] = [
  [false, "false"],
  ["true", '"true"'],
  [1, "1"],
  [{}, "no single value"],
];

describe("container-require-non-root", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind whose pod states it", async ({ build }) => {
    expect(await judge(containerRequireNonRoot, build(POD_SPEC))).toEqual(NOTHING);
  });

  it.each(ABSENT)("fault 23: lets a container inherit it whose context is %s", async (_, own) => {
    expect(await judgeContexts(context(true), own)).toEqual(NOTHING);
  });

  it.each(ABSENT)("fault 23: lets a container state it in a pod whose context is %s", async (_, pod) => {
    expect(await judgeContexts(pod, context(true))).toEqual(NOTHING);
  });

  it.each(ABSENT)(
    "fault 23: refuses containers that state nothing in a pod whose context is %s",
    async (_, pod) => {
      for (const [, own] of ABSENT) {
        expect((await judgeContexts(pod, own)).violations).toEqual([
          'Deployment ai-agents/subject, at .spec.template.spec.containers[0].securityContext.runAsNonRoot: container "main" may run as root, because runAsNonRoot is not set for it; allowed: true. Set securityContext.runAsNonRoot: true in the pod, and let no container take it back.',
        ]);
      }
    },
  );

  it.each(NO_TRUTH)("fault 23: refuses a container's %o before the pod's true", async (own, shown) => {
    expect((await judgeContexts(context(true), context(own))).violations).toEqual([
      expect.stringContaining(
        `.containers[0].securityContext.runAsNonRoot: container "main" may run as root`,
      ),
    ]);
    expect((await judgeContexts(context(true), context(own))).violations[0]).toContain(`is ${shown} for it`);
  });

  it.each(NO_TRUTH)("refuses the pod's %o once, whatever its containers state", async (value, shown) => {
    for (const own of [undefined, context(null), context(true)]) {
      expect((await judgeContexts(context(value), own)).violations).toEqual([
        expect.stringContaining(
          `.spec.securityContext.runAsNonRoot: the pod may run as root, because runAsNonRoot is ${shown} for it`,
        ),
      ]);
    }
  });

  it.each(["containers", "initContainers", "ephemeralContainers"])(
    "fault 21: refuses a container in %s that takes it back",
    async (list) => {
      const { violations } = await judgeContainer(
        containerRequireNonRoot,
        { securityContext: context(false) },
        { list },
      );
      expect(violations).toEqual([expect.stringContaining(`${list}[`)]);
    },
  );

  it.each([
    [
      "the pod's value",
      context(UNKNOWN),
      undefined,
      "update: .spec.template.spec.securityContext.runAsNonRoot;",
    ],
    ["the pod's value, though a container states it", context(UNKNOWN), context(true), ".runAsNonRoot;"],
    ["the pod's context", UNKNOWN, undefined, "update: .spec.template.spec.securityContext;"],
    ["a container's value", context(true), context(UNKNOWN), ".containers[0].securityContext.runAsNonRoot;"],
    ["a container's value alone", undefined, context(UNKNOWN), "update: .spec.template.spec.containers[0]."],
  ])("leaves %s undecided while it is not known", async (_, pod, own, path) => {
    const { violations, undecided } = await judgeContexts(pod, own);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("refuses the object where a security context is a text", async () => {
    await expect(judgeContexts("none", undefined)).rejects.toThrow("expected an object");
  });
});
