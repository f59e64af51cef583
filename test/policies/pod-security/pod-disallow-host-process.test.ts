import { describe, expect, it } from "vitest";
import { podDisallowHostProcess } from "../../../policies/pod-security/pod-disallow-host-process.ts";
import { UNKNOWN } from "../judge.ts";
import { judgeContainer, judgePod, NOTHING } from "./judge-pod.ts";

const options = (hostProcess: unknown) => ({ securityContext: { windowsOptions: { hostProcess } } });

describe("pod-disallow-host-process", () => {
  it.each([false, null, undefined])("allows %s, at the pod and at a container", async (value) => {
    expect(await judgePod(podDisallowHostProcess, options(value))).toEqual(NOTHING);
    expect(await judgeContainer(podDisallowHostProcess, options(value))).toEqual(NOTHING);
  });

  it("refuses it at the pod, and says where, why and what to do", async () => {
    expect((await judgePod(podDisallowHostProcess, options(true))).violations).toEqual([
      "Deployment ai-agents/subject, at .spec.template.spec.securityContext.windowsOptions.hostProcess: the pod runs as a process of the node, because hostProcess is true; allowed: false or not set. Remove securityContext.windowsOptions.hostProcess, or set it to false.",
    ]);
  });

  it.each(["containers", "initContainers", "ephemeralContainers"])("refuses it in %s", async (list) => {
    const { violations } = await judgeContainer(podDisallowHostProcess, options(true), { list });
    expect(violations).toEqual([
      expect.stringContaining('container "changed" runs as a process of the node'),
    ]);
  });

  it.each(["false", 0, {}])("refuses %o, which is no truth value", async (value) => {
    expect((await judgePod(podDisallowHostProcess, options(value))).violations).toHaveLength(1);
  });

  it("leaves it undecided while it is not known, and still refuses a container", async () => {
    const pod = { ...options(UNKNOWN), containers: [{ name: "main", ...options(true) }] };
    const { violations, undecided } = await judgePod(podDisallowHostProcess, pod);
    expect(violations).toHaveLength(1);
    expect(undecided).toContain(".securityContext.windowsOptions.hostProcess");
  });

  it("says nothing about other options of Windows", async () => {
    const windowsOptions = { runAsUserName: "ContainerUser" };
    expect(await judgePod(podDisallowHostProcess, { securityContext: { windowsOptions } })).toEqual(NOTHING);
  });
});
