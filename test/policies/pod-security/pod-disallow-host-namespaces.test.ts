import { describe, expect, it } from "vitest";
import { podDisallowHostNamespaces } from "../../../policies/pod-security/pod-disallow-host-namespaces.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { POD_SPEC, WORKLOAD_KINDS } from "../workloads.ts";
import { judgePod, NOTHING } from "./judge-pod.ts";

const KEYS = ["hostNetwork", "hostPID", "hostIPC"];

describe("pod-disallow-host-namespaces", () => {
  it.each(WORKLOAD_KINDS)("fault 22: refuses the node's network for a $kind", async ({ build }) => {
    const { violations } = await judge(podDisallowHostNamespaces, build({ ...POD_SPEC, hostNetwork: true }));
    expect(violations).toEqual([expect.stringContaining("hostNetwork is true")]);
  });

  it.each(KEYS)("allows %s that is false, null or missing", async (key) => {
    for (const value of [false, null, undefined]) {
      expect(await judgePod(podDisallowHostNamespaces, { [key]: value })).toEqual(NOTHING);
    }
  });

  it.each([
    ["hostNetwork", "the node's network, its loopback services and every packet of its pods"],
    ["hostPID", "every process of the node, its environment and its memory"],
    ["hostIPC", "the shared memory of the node's processes"],
  ])("refuses %s and says what it reaches", async (key, reach) => {
    expect((await judgePod(podDisallowHostNamespaces, { [key]: true })).violations).toEqual([
      `Deployment ai-agents/subject, at .spec.template.spec.${key}: the pod reaches ${reach}, because ${key} is true; allowed: false or not set. Remove hostNetwork, hostPID and hostIPC; a Service makes a pod reachable.`,
    ]);
  });

  it("reports each of them", async () => {
    const pod = { hostNetwork: true, hostPID: true, hostIPC: true };
    expect((await judgePod(podDisallowHostNamespaces, pod)).violations).toHaveLength(3);
  });

  it.each(["false", 0, {}])("refuses %o, which is no truth value", async (hostPID) => {
    expect((await judgePod(podDisallowHostNamespaces, { hostPID })).violations).toHaveLength(1);
  });

  it("leaves one undecided while it is not known, and still refuses another", async () => {
    const { violations, undecided } = await judgePod(podDisallowHostNamespaces, {
      hostNetwork: UNKNOWN,
      hostIPC: true,
    });
    expect(violations).toEqual([expect.stringContaining("hostIPC")]);
    expect(undecided).toContain(".spec.template.spec.hostNetwork");
  });

  it("says nothing about a process namespace that only the pod's containers share", async () => {
    expect(await judgePod(podDisallowHostNamespaces, { shareProcessNamespace: true })).toEqual(NOTHING);
  });
});
