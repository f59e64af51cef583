import { describe, expect, it } from "vitest";
import { podLimitSelinux } from "../../../policies/pod-security/pod-limit-selinux.ts";
import { UNKNOWN } from "../judge.ts";
import { judgeContainer, judgePod, NOTHING } from "./judge-pod.ts";

const options = (seLinuxOptions: unknown) => ({ securityContext: { seLinuxOptions } });

describe("pod-limit-selinux", () => {
  it.each([
    undefined,
    null,
    {},
    { level: "s0:c1,c2" },
    { type: "", user: "", role: "" },
    { type: null, user: null, role: null },
    { type: "container_t" },
    { type: "container_init_t" },
    { type: "container_kvm_t" },
    { type: "container_engine_t" },
  ])("allows %o, at the pod and at a container", async (value) => {
    expect(await judgePod(podLimitSelinux, options(value))).toEqual(NOTHING);
    expect(await judgeContainer(podLimitSelinux, options(value))).toEqual(NOTHING);
  });

  it.each([
    [{ type: "spc_t" }, 'SELinux type of the pod is "spc_t"; allowed: container_t, container_init_t'],
    [{ type: "CONTAINER_T" }, 'SELinux type of the pod is "CONTAINER_T"'],
    [{ type: 1 }, "SELinux type of the pod is 1"],
    [{ user: "system_u" }, 'SELinux user of the pod is "system_u"; allowed: none.'],
    [{ user: "container_t" }, 'SELinux user of the pod is "container_t"; allowed: none.'],
    [{ role: "system_r" }, 'SELinux role of the pod is "system_r"; allowed: none.'],
    [{ role: ["?"] }, "SELinux role of the pod is no single value"],
  ])("refuses %o", async (value, words) => {
    const { violations } = await judgePod(podLimitSelinux, options(value));
    expect(violations).toEqual([expect.stringContaining(words)]);
  });

  it.each(["containers", "initContainers", "ephemeralContainers"])("refuses a type in %s", async (list) => {
    const { violations } = await judgeContainer(podLimitSelinux, options({ type: "spc_t" }), { list });
    expect(violations).toEqual([expect.stringContaining(`${list}[`)]);
    expect(violations[0]).toContain("Leave user and role out");
  });

  it("reports each option", async () => {
    const value = { type: "spc_t", user: "system_u", role: "system_r" };
    expect((await judgePod(podLimitSelinux, options(value))).violations).toHaveLength(3);
  });

  it("leaves an option undecided while it is not known, and still refuses another", async () => {
    const { violations, undecided } = await judgePod(podLimitSelinux, options({ type: UNKNOWN, role: "r" }));
    expect(violations).toHaveLength(1);
    expect(undecided).toContain(".seLinuxOptions.type");
  });

  it("does not ask for a level", async () => {
    expect(await judgePod(podLimitSelinux, options({ level: UNKNOWN }))).toEqual(NOTHING);
  });
});
