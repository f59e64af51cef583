import { describe, expect, it } from "vitest";
import { bindingDisallowDefaultAccount } from "../../../policies/access/binding-disallow-default-account.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { binding } from "./roles.ts";

const ROLE = { kind: "Role", name: "reader" };
const PASSED = { violations: [], undecided: undefined };
const judgeSubjects = (subjects: unknown, kind?: string) =>
  judge(bindingDisallowDefaultAccount, binding(ROLE, subjects, kind));

describe("binding-disallow-default-account", () => {
  it.each(["RoleBinding", "ClusterRoleBinding"])("refuses the default account in a %s", async (kind) => {
    const own = { kind: "ServiceAccount", name: "reader" };
    const { violations } = await judgeSubjects([own, { kind: "ServiceAccount", name: "default" }], kind);
    expect(violations).toEqual([
      expect.stringMatching(
        /at \.subjects\[1\]\.name: it gives the role to "default", and so .* Make a Serv/,
      ),
    ]);
  });

  it.each([
    ["of any namespace", { kind: "ServiceAccount", name: "default", namespace: "kube-system" }],
    ["as a user", { kind: "User", name: "system:serviceaccount:ai-agents:default" }],
    ["of no kind", { name: "default" }],
    ["of a kind in another spelling", { kind: "serviceaccount", name: "default" }],
    ["among all of a namespace", { kind: "Group", name: "system:serviceaccounts:ai-agents" }],
    ["among all of the cluster", { kind: "Group", name: "system:serviceaccounts" }],
  ])("refuses the default account %s", async (_, subject) => {
    expect((await judgeSubjects([subject])).violations).toEqual([
      expect.stringContaining(JSON.stringify(subject.name)),
    ]);
  });

  it.each([
    ["another account", { kind: "ServiceAccount", name: "defaults" }],
    ["a user who is called so", { kind: "User", name: "default" }],
    ["a group that is called so", { kind: "Group", name: "default" }],
    ["another account as a user", { kind: "User", name: "system:serviceaccount:ai-agents:reader" }],
    [
      "an account in a namespace of that name",
      { kind: "User", name: "system:serviceaccount:default:reader" },
    ],
    ["a group that begins alike", { kind: "Group", name: "system:serviceaccounts-of-mine" }],
  ])("allows %s", async (_, subject) => {
    expect(await judgeSubjects([subject])).toEqual(PASSED);
  });

  it("allows a binding without subjects", async () => {
    expect(await judgeSubjects(null)).toEqual(PASSED);
  });

  it.each([
    ["name", { kind: "ServiceAccount", name: UNKNOWN }, ".subjects[0].name"],
    ["kind", { kind: UNKNOWN, name: "default" }, ".subjects[0].kind"],
  ])("leaves a subject undecided while its %s is not known", async (_, subject, path) => {
    const { violations, undecided } = await judgeSubjects([subject]);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for the kind where the name decides", async () => {
    expect(await judgeSubjects([{ kind: UNKNOWN, name: "reader" }])).toEqual(PASSED);
    const group = { kind: UNKNOWN, name: "system:serviceaccounts" };
    expect((await judgeSubjects([group])).violations).toHaveLength(1);
  });

  it("refuses to judge a subject without a name", async () => {
    await expect(judgeSubjects([{ kind: "ServiceAccount" }])).rejects.toThrow(
      ".subjects[0].name: expected a text",
    );
  });

  it("says nothing about other kinds", async () => {
    expect(await judgeSubjects([{ kind: "ServiceAccount", name: "default" }], "Role")).toEqual(PASSED);
  });
});
