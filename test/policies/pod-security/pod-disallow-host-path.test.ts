import { describe, expect, it } from "vitest";
import { podDisallowHostPath } from "../../../policies/pod-security/pod-disallow-host-path.ts";
import { UNKNOWN } from "../judge.ts";
import { judgePod, NOTHING } from "./judge-pod.ts";

const judgeVolumes = (...volumes: unknown[]) => judgePod(podDisallowHostPath, { volumes });

describe("pod-disallow-host-path", () => {
  it.each([
    ["null", null],
    ["missing", undefined],
    ["an empty list", []],
  ])("allows volumes that are %s", async (_, volumes) => {
    expect(await judgePod(podDisallowHostPath, { volumes })).toEqual(NOTHING);
  });

  it("allows other types, and a hostPath that is null", async () => {
    const nfs = { server: "files.example.com", path: "/" };
    expect(await judgeVolumes({ name: "a", emptyDir: {} }, { name: "b", hostPath: null, nfs })).toEqual(
      NOTHING,
    );
  });

  it("refuses a hostPath that stands last, and says where, why and what to do", async () => {
    const { violations } = await judgeVolumes(
      { name: "a", emptyDir: {} },
      { name: "logs", hostPath: { path: "/var/log", type: "Directory" } },
    );
    expect(violations).toEqual([
      'Deployment ai-agents/subject, at .spec.template.spec.volumes[1].hostPath: the volume "logs" is "/var/log" of the node, with what the node and other pods keep there. Use an emptyDir for scratch space, a persistentVolumeClaim for data, or a configMap, secret or projected volume for files.',
    ]);
  });

  it.each([
    ["an empty object", {}],
    ["a path that is not known yet", { path: UNKNOWN }],
  ])("refuses %s, since the node's it is in any case", async (_, hostPath) => {
    const { violations, undecided } = await judgeVolumes({ hostPath });
    expect(violations).toEqual([expect.stringContaining('the volume "(unnamed)" is "(not known yet)"')]);
    expect(undecided).toBeUndefined();
  });

  it.each([
    ["the list", UNKNOWN, ".spec.template.spec.volumes"],
    ["a volume", [UNKNOWN], ".volumes[0]"],
    ["the hostPath", [{ name: "logs", hostPath: UNKNOWN }], ".volumes[0].hostPath"],
  ])("leaves %s undecided while it is not known", async (_, volumes, path) => {
    const { violations, undecided } = await judgePod(podDisallowHostPath, { volumes });
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("refuses the object where a hostPath or the volumes are of another type", async () => {
    await expect(judgeVolumes({ hostPath: "/var/log" })).rejects.toThrow("expected an object");
    await expect(judgePod(podDisallowHostPath, { volumes: { a: {} } })).rejects.toThrow("expected a list");
  });
});
