import { describe, expect, it } from "vitest";
import { podRequireSeccomp } from "../../../policies/pod-security/pod-require-seccomp.ts";
import { UNKNOWN } from "../judge.ts";
import { CONTAINER } from "../workloads.ts";
import { judgeContainer, judgePod, NOTHING, remediatePod } from "./judge-pod.ts";

const profile = (seccompProfile: unknown) => ({ securityContext: { seccompProfile } });
const DEFAULT = { type: "RuntimeDefault" };
const LOCALHOST = { type: "Localhost", localhostProfile: "agent.json" };
const container = (seccompProfile: unknown) => ({ ...CONTAINER, ...profile(seccompProfile) });

describe("pod-require-seccomp", () => {
  it.each([DEFAULT, LOCALHOST])("allows %o at the pod, for containers that state none", async (value) => {
    expect(await judgePod(podRequireSeccomp, profile(value))).toEqual(NOTHING);
  });

  it.each([DEFAULT, LOCALHOST, null, undefined])("allows %o at a container", async (value) => {
    expect(await judgeContainer(podRequireSeccomp, profile(value))).toEqual(NOTHING);
  });

  it.each([
    ["missing", undefined],
    ["null", null],
    ["empty", {}],
    ["null inside", { seccompProfile: null }],
  ])("fault 23: refuses containers under a pod's security context that is %s", async (_, securityContext) => {
    expect((await judgePod(podRequireSeccomp, { securityContext })).violations).toEqual([
      'Deployment ai-agents/subject, at .spec.template.spec.containers[0].securityContext.seccompProfile: container "main" may make every system call, because neither it nor its pod states a seccomp profile. Set securityContext.seccompProfile.type: RuntimeDefault in the pod, or Localhost with a profile of your own.',
    ]);
  });

  it("refuses only the containers without profile where the pod has none", async () => {
    const pod = {
      ...profile(null),
      containers: [container(DEFAULT), CONTAINER],
      initContainers: [CONTAINER],
    };
    expect((await judgePod(podRequireSeccomp, pod)).violations).toEqual([
      expect.stringContaining(".spec.template.spec.containers[1]."),
      expect.stringContaining(".spec.template.spec.initContainers[0]."),
    ]);
  });

  it("allows a pod without profile whose containers all state one", async () => {
    expect(await judgePod(podRequireSeccomp, { ...profile(null), containers: [container(DEFAULT)] })).toEqual(
      NOTHING,
    );
  });

  it.each([
    [{ type: "Unconfined" }, '"Unconfined"'],
    [{ type: "runtimeDefault" }, '"runtimeDefault"'],
    [{ type: "" }, '""'],
    [{ type: null }, "not set"],
    [{}, "not set"],
    [{ type: ["Localhost"] }, "no single value"],
  ])("refuses %o at the pod, though its containers state others", async (value, shown) => {
    const { violations } = await judgePod(podRequireSeccomp, {
      ...profile(value),
      containers: [container(DEFAULT)],
    });
    expect(violations).toEqual([
      expect.stringContaining(
        `.spec.securityContext.seccompProfile.type: the type of the seccomp profile of the pod is ${shown}; allowed: RuntimeDefault, Localhost.`,
      ),
    ]);
  });

  it.each(["containers", "initContainers", "ephemeralContainers"])(
    "fault 21: refuses a container in %s that leaves the pod's profile",
    async (list) => {
      const { violations } = await judgeContainer(podRequireSeccomp, profile({ type: "Unconfined" }), {
        list,
      });
      expect(violations).toEqual([expect.stringContaining(`${list}[`)]);
    },
  );

  it.each([
    ["the pod's profile", profile(UNKNOWN), ".spec.securityContext.seccompProfile;"],
    ["its type", profile({ type: UNKNOWN }), ".spec.securityContext.seccompProfile.type;"],
    ["a container's", { containers: [container(UNKNOWN)] }, ".containers[0].securityContext.seccompProfile;"],
    [
      "the operating system, where it decides",
      { ...profile(null), os: { name: UNKNOWN } },
      ".spec.template.spec.os.name;",
    ],
  ])("leaves %s undecided while it is not known", async (_, pod, path) => {
    const { violations, undecided } = await judgePod(podRequireSeccomp, pod);
    expect(violations).toEqual([]);
    expect(undecided).toContain(`not known before the update: .spec.template`);
    expect(undecided).toContain(path);
  });

  it("does not ask for the operating system where nothing is wrong", async () => {
    expect(await judgePod(podRequireSeccomp, { os: { name: UNKNOWN } })).toEqual(NOTHING);
  });

  it("asks nothing of a pod for Windows, and of every other system what it asks of Linux", async () => {
    expect(await judgePod(podRequireSeccomp, { ...profile(null), os: { name: "windows" } })).toEqual(NOTHING);
    for (const name of ["linux", "Windows", null]) {
      expect((await judgePod(podRequireSeccomp, { ...profile(null), os: { name } })).violations).toHaveLength(
        1,
      );
    }
  });

  it("refuses the object where a profile is a text", async () => {
    await expect(judgePod(podRequireSeccomp, profile("RuntimeDefault"))).rejects.toThrow(
      "expected an object",
    );
  });
});

describe("the remediation of pod-require-seccomp", () => {
  it.each([
    ["missing", undefined],
    ["null", null],
    ["empty", {}],
  ])("gives the pod the engine's profile where its context is %s", async (_, securityContext) => {
    const spec = await remediatePod(podRequireSeccomp, { securityContext });
    expect(spec).toHaveProperty("securityContext", { seccompProfile: DEFAULT });
    expect(await judgePod(podRequireSeccomp, spec ?? {})).toEqual(NOTHING);
  });

  it("keeps what else the pod's context holds", async () => {
    const securityContext = { runAsNonRoot: true, seccompProfile: null };
    expect(await remediatePod(podRequireSeccomp, { securityContext })).toHaveProperty("securityContext", {
      runAsNonRoot: true,
      seccompProfile: DEFAULT,
    });
  });

  it.each([
    ["whose profile is fine", {}],
    ["whose containers all state one", { ...profile(null), containers: [container(LOCALHOST)] }],
    ["that took its profile off on purpose", profile({ type: "Unconfined" })],
    ["whose security context is not known yet", { securityContext: UNKNOWN }],
    ["whose profile is not known yet", profile(UNKNOWN)],
    ["for Windows", { ...profile(null), os: { name: "windows" } }],
    ["whose operating system is not known yet", { ...profile(null), os: { name: UNKNOWN } }],
  ])("leaves a pod alone %s", async (_, pod) => {
    expect(await remediatePod(podRequireSeccomp, pod)).toBeUndefined();
  });
});
