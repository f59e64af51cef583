import { describe, expect, it } from "vitest";
import { podDisallowDefaultAccount } from "../../../policies/access/pod-disallow-default-account.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment, POD_SPEC, WORKLOAD_KINDS } from "../workloads.ts";

const { serviceAccountName: _, ...SPEC } = POD_SPEC;
const judgeSpec = (accounts: object) =>
  judge(podDisallowDefaultAccount, deployment({ ...SPEC, ...accounts }));
const PASSED = { violations: [], undecided: undefined };

describe("pod-disallow-default-account", () => {
  it.each(WORKLOAD_KINDS)("refuses a $kind that names no account, one-time jobs too", async ({ build }) => {
    const { violations } = await judge(podDisallowDefaultAccount, build(SPEC));
    expect(violations).toEqual([
      expect.stringContaining("its account is not set, so it shares the default one"),
    ]);
  });

  it.each([
    ["default", { serviceAccountName: "default" }, '"default"'],
    ["nothing, by null", { serviceAccountName: null }, "not set"],
    ["an empty name", { serviceAccountName: "" }, '""'],
    ["a number", { serviceAccountName: 5 }, "5"],
    ["default in the old way", { serviceAccount: "default" }, '"default"'],
    ["an empty name in both ways", { serviceAccountName: "", serviceAccount: "" }, '""'],
    [
      "default in the new way, whatever the old says",
      { serviceAccountName: "default", serviceAccount: "a" },
      '"default"',
    ],
  ])("refuses %s", async (_, accounts, got) => {
    const { violations } = await judgeSpec(accounts);
    expect(violations).toEqual([expect.stringContaining(`its account is ${got}, so`)]);
  });

  it("says where and what to do", async () => {
    const { violations } = await judgeSpec({ serviceAccountName: "default" });
    expect(violations).toEqual([
      'Deployment ai-agents/subject, at .spec.template.spec.serviceAccountName: its account is "default", so it shares the default one with every pod that names none. Make a ServiceAccount for the workload and name it in serviceAccountName.',
    ]);
  });

  it.each([
    ["an account", { serviceAccountName: "reader" }],
    ["an account in the old way", { serviceAccount: "reader" }],
    ["an account in the old way beside an empty name", { serviceAccountName: "", serviceAccount: "reader" }],
    ["an account in the old way beside null", { serviceAccountName: null, serviceAccount: "reader" }],
    [
      "an account in the new way, whatever the old says",
      { serviceAccountName: "a", serviceAccount: "default" },
    ],
  ])("allows %s", async (_, accounts) => {
    expect(await judgeSpec(accounts)).toEqual(PASSED);
  });

  it.each([
    ["name", { serviceAccountName: UNKNOWN }, ".serviceAccountName"],
    ["old name", { serviceAccount: UNKNOWN }, ".serviceAccount"],
  ])("leaves a pod undecided while the %s is not known", async (_, accounts, path) => {
    const { violations, undecided } = await judgeSpec(accounts);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for the old name where the new one is set", async () => {
    expect(await judgeSpec({ serviceAccountName: "a", serviceAccount: UNKNOWN })).toEqual(PASSED);
  });
});
