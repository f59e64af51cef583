import { describe, expect, it } from "vitest";
import { podRequireRestrictedPrivileges } from "../../../policies/workloads/pod-require-restricted-privileges.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { CONTAINER, deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

const VALID = CONTAINER.securityContext;
const NON_ROOT = POD_SPEC.securityContext;

/** Judges a Deployment with one container whose security context, and whose pod's, are given. */
const judgeContexts = (container: unknown, pod: unknown, config = {}) =>
  judge(
    podRequireRestrictedPrivileges,
    deployment({ securityContext: pod, containers: [{ ...CONTAINER, securityContext: container }] }),
    { config },
  );

describe("pod-require-restricted-privileges", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind that is non-root without capabilities", async ({ build }) => {
    const judgement = await judge(podRequireRestrictedPrivileges, build(POD_SPEC));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });

  it.each(EVERY_PLACE)("refuses a privileged container in $list of a $kind", async ({ build, list }) => {
    const podSpec = podSpecWith(list, { securityContext: { ...VALID, privileged: true } });
    const { violations } = await judge(podRequireRestrictedPrivileges, build(podSpec));
    expect(violations).toEqual([expect.stringContaining("is privileged")]);
  });

  it.each([
    ["missing", undefined],
    ["null", null],
    ["empty", {}],
  ])("refuses every safeguard that a %s context of a container leaves out", async (_, context) => {
    const { violations } = await judgeContexts(context, NON_ROOT);
    expect(violations).toHaveLength(2);
    expect(violations[0]).toContain("keeps capabilities");
    expect(violations[1]).toContain("can gain privileges");
  });

  it.each([
    ["missing", undefined],
    ["null", null],
    ["empty", {}],
    ["false", { runAsNonRoot: false }],
    ["null inside", { runAsNonRoot: null }],
    ["a text", { runAsNonRoot: "true" }],
  ])("refuses a container that may run as root because the pod's context is %s", async (_, pod) => {
    expect((await judgeContexts(VALID, pod)).violations).toEqual([
      expect.stringContaining("may run as root"),
    ]);
  });

  it("takes the container's own runAsNonRoot before the pod's", async () => {
    expect((await judgeContexts({ ...VALID, runAsNonRoot: true }, {})).violations).toEqual([]);
    expect((await judgeContexts({ ...VALID, runAsNonRoot: false }, NON_ROOT)).violations).toHaveLength(1);
  });

  it("falls back to the pod's runAsNonRoot where the container's is null", async () => {
    expect((await judgeContexts({ ...VALID, runAsNonRoot: null }, NON_ROOT)).violations).toEqual([]);
  });

  it.each([
    ["pod", { ...VALID }, { runAsNonRoot: true, runAsUser: 0 }],
    ["container", { ...VALID, runAsUser: 0 }, { runAsNonRoot: true, runAsUser: 1000 }],
  ])("refuses user 0 set at the %s", async (_, container, pod) => {
    expect((await judgeContexts(container, pod)).violations).toEqual([
      expect.stringContaining("runs as user 0"),
    ]);
  });

  it("allows user 0 at the pod where the container sets another", async () => {
    const pod = { runAsNonRoot: true, runAsUser: 0 };
    expect((await judgeContexts({ ...VALID, runAsUser: 1000 }, pod)).violations).toEqual([]);
  });

  it.each([
    ["nothing dropped", { drop: [] }, "keeps capabilities"],
    ["one capability dropped", { drop: ["NET_RAW"] }, "keeps capabilities"],
    ["drop that is null", { drop: null }, "keeps capabilities"],
    ["ALL in small letters", { drop: ["all"] }, 'knows only the spelling "ALL"'],
    ["an addition after dropping", { drop: ["ALL"], add: ["SYS_ADMIN"] }, 'adds the capability "SYS_ADMIN"'],
    ["everything added back", { drop: ["ALL"], add: ["ALL"] }, 'adds the capability "ALL"'],
  ])("refuses %s", async (_, capabilities, reason) => {
    expect((await judgeContexts({ ...VALID, capabilities }, NON_ROOT)).violations).toEqual([
      expect.stringContaining(reason),
    ]);
  });

  it("allows NET_BIND_SERVICE to be added back", async () => {
    const capabilities = { drop: ["NET_RAW", "ALL"], add: ["NET_BIND_SERVICE"] };
    expect((await judgeContexts({ ...VALID, capabilities }, NON_ROOT)).violations).toEqual([]);
  });

  it("lets the configuration forbid every addition", async () => {
    const context = { ...VALID, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } };
    const { violations } = await judgeContexts(context, NON_ROOT, {
      addableCapabilities: [],
    });
    expect(violations).toEqual([expect.stringContaining("allowed: none")]);
  });

  it("does not take a pod's capabilities for its containers', which do not inherit them", async () => {
    const pod = { ...NON_ROOT, capabilities: { drop: ["ALL"] } };
    expect((await judgeContexts({ allowPrivilegeEscalation: false }, pod)).violations).toHaveLength(1);
  });

  it.each([true, null, undefined, "false"])("refuses allowPrivilegeEscalation %s", async (value) => {
    const { violations } = await judgeContexts({ ...VALID, allowPrivilegeEscalation: value }, NON_ROOT);
    expect(violations).toEqual([expect.stringContaining("can gain privileges")]);
  });

  it.each([
    ["the whole context", UNKNOWN, ".containers[0].securityContext"],
    ["a dropped capability", { ...VALID, capabilities: { drop: [UNKNOWN] } }, ".capabilities.drop[0]"],
    [
      "an added capability",
      { ...VALID, capabilities: { drop: ["ALL"], add: [UNKNOWN] } },
      ".capabilities.add[0]",
    ],
    ["privileged", { ...VALID, privileged: UNKNOWN }, ".privileged"],
  ])("leaves %s undecided while it is not known", async (_, context, path) => {
    const { violations, undecided } = await judgeContexts(context, NON_ROOT);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });
});
