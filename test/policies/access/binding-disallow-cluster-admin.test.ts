import { describe, expect, it } from "vitest";
import { bindingDisallowClusterAdmin } from "../../../policies/access/binding-disallow-cluster-admin.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { binding } from "./roles.ts";

const REF = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
const ACCOUNT = { kind: "ServiceAccount", name: "deployer", namespace: "ai-agents" };
const PASSED = { violations: [], undecided: undefined };

const judgeBinding = (ref: unknown, subjects: unknown = [ACCOUNT], config = {}, kind?: string) =>
  judge(bindingDisallowClusterAdmin, binding(ref, subjects, kind), { config });

describe("binding-disallow-cluster-admin", () => {
  it.each(
    ["RoleBinding", "ClusterRoleBinding"].flatMap((kind) =>
      ["cluster-admin", "admin", "edit"].map((name) => ({ kind, name })),
    ),
  )("refuses $name in a $kind", async ({ kind, name }) => {
    const { violations } = await judgeBinding({ ...REF, name }, [ACCOUNT], {}, kind);
    expect(violations).toEqual([
      expect.stringMatching(
        new RegExp(
          `at \\.roleRef\\.name: it binds the ClusterRole ${name}; refused: cluster-admin, admin, edit, and those of the cluster's own\\. Bind`,
        ),
      ),
    ]);
  });

  it.each([
    ["no name", { ...REF, name: null }],
    ["a name that is no text", { ...REF, name: 5 }],
    ["no role", null],
  ])("refuses %s", async (_, ref) => {
    expect((await judgeBinding(ref)).violations).toEqual([
      expect.stringContaining("it binds no role that could be named"),
    ]);
  });

  it("refuses a role of the name whose kind is left out", async () => {
    expect((await judgeBinding({ name: "cluster-admin" })).violations).toHaveLength(1);
  });

  it.each([
    ["to read", REF],
    ["of one's own", { ...REF, name: "deployer" }],
    ["of the namespace, whatever its name", { ...REF, kind: "Role", name: "admin" }],
  ])("allows a role %s", async (_, ref) => {
    expect(await judgeBinding(ref)).toEqual(PASSED);
  });

  it.each([
    "system:aggregate-to-admin",
    "system:aggregate-to-edit",
    "system:controller:clusterrole-aggregation-controller",
    "system:kube-controller-manager",
    "system:node",
    "system:persistent-volume-provisioner",
  ])("refuses the cluster's own role %s", async (name) => {
    for (const kind of ["RoleBinding", "ClusterRoleBinding"]) {
      expect((await judgeBinding({ ...REF, name }, [ACCOUNT], {}, kind)).violations).toEqual([
        expect.stringContaining(`at .roleRef.name: it binds the ClusterRole ${name}; refused: `),
      ]);
    }
    expect(await judgeBinding({ ...REF, name }, [ACCOUNT], { allowedSystemRoles: [name] })).toEqual(PASSED);
    expect(await judgeBinding({ ...REF, kind: "Role", name })).toEqual(PASSED);
  });

  it.each([
    "system:aggregate-to-view",
    "system:auth-delegator",
    "system:basic-user",
    "system:discovery",
    "system:monitoring",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
    "systems",
  ])("allows the role %s", async (name) => {
    expect(await judgeBinding({ ...REF, name })).toEqual(PASSED);
  });

  it("refuses the roles that the configuration lists, and no others", async () => {
    const config = { refusedRoles: ["view"] };
    expect((await judgeBinding(REF, [ACCOUNT], config)).violations).toEqual([
      expect.stringContaining("refused: view, and those"),
    ]);
    expect(await judgeBinding({ ...REF, name: "admin" }, [ACCOUNT], config)).toEqual(PASSED);
  });

  it.each([
    ["Group", "system:masters", "which no rule can limit"],
    ["User", "system:anonymous", "without any login"],
    ["Group", "system:unauthenticated", "without any login"],
    ["Group", "system:authenticated", "everybody with any login"],
  ])("refuses the %s %s", async (kind, name, reason) => {
    const { violations } = await judgeBinding(REF, [ACCOUNT, { kind, name }]);
    expect(violations).toEqual([
      expect.stringContaining(`at .subjects[1].name: it gives a role to ${name}, `),
    ]);
    expect(violations[0]).toContain(reason);
  });

  it.each([
    ["another group", [{ kind: "Group", name: "platform" }]],
    ["nobody", []],
    ["nobody, by null", null],
  ])("allows %s", async (_, subjects) => {
    expect(await judgeBinding(REF, subjects)).toEqual(PASSED);
  });

  it.each([
    [[{ kind: "User" }], ".subjects[0].name: expected a text, got nothing"],
    [[{ kind: "User", name: 5 }], ".subjects[0].name: expected a text, got 5"],
    [["system:masters"], ".subjects[0]: expected an object"],
    [{ name: "x" }, ".subjects: expected a list"],
  ])("refuses to judge subjects that are none: %j", async (subjects, reason) => {
    await expect(judgeBinding(REF, subjects)).rejects.toThrow(reason);
  });

  it.each([
    ["role's name", { ...REF, name: UNKNOWN }, [ACCOUNT], ".roleRef.name"],
    ["kind of a role with such a name", { kind: UNKNOWN, name: "admin" }, [ACCOUNT], ".roleRef.kind"],
    ["subject", REF, [{ kind: "Group", name: UNKNOWN }], ".subjects[0].name"],
    ["list of subjects", REF, UNKNOWN, ".subjects"],
  ])("leaves a binding undecided while the %s is not known", async (_, ref, subjects, path) => {
    const { violations, undecided } = await judgeBinding(ref, subjects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for the kind of a role with another name, nor for the name of a Role", async () => {
    expect(await judgeBinding({ kind: UNKNOWN, name: "view" })).toEqual(PASSED);
    expect(await judgeBinding({ kind: "Role", name: UNKNOWN })).toEqual(PASSED);
  });

  it("says nothing about other kinds", async () => {
    expect(await judgeBinding({ ...REF, name: "admin" }, [ACCOUNT], {}, "Role")).toEqual(PASSED);
  });
});
