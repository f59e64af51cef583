import { describe, expect, it } from "vitest";
import { roleDisallowSecretReading } from "../../../policies/access/role-disallow-secret-reading.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { role } from "./roles.ts";

const RULE = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
const judgeRule = (rule: unknown, kind = "Role") => judge(roleDisallowSecretReading, role([rule], kind));
const PASSED = { violations: [], undecided: undefined };

describe("role-disallow-secret-reading", () => {
  it.each(["Role", "ClusterRole"])("refuses a %s that reads every Secret, by each verb", async (kind) => {
    for (const verb of ["get", "list", "watch", "patch", "deletecollection"]) {
      const { violations } = await judgeRule({ ...RULE, verbs: [verb] }, kind);
      expect(violations).toEqual([
        expect.stringContaining(`.rules[0]: it grants ${verb} on Secrets and does not say on which.`),
      ]);
    }
  });

  it.each([
    ["several verbs", { verbs: ["get", "list", "watch", "create"] }, "get, list, watch on Secrets"],
    ["every verb", { verbs: ["*"] }, "get, list, watch, patch, deletecollection on Secrets"],
    ["every resource", { resources: ["*"] }, "get on Secrets"],
    ["every group", { apiGroups: ["*"] }, "get on Secrets"],
    ["names that are null", { resourceNames: null }, "get on Secrets"],
    ["no names", { resourceNames: [] }, "get on Secrets"],
    ["the empty name, which is that of all", { resourceNames: ["tls", ""] }, "get on Secrets"],
    ["a name that is none", { resourceNames: [5] }, "get on Secrets"],
  ])("refuses %s", async (_, changes, reason) => {
    const { violations } = await judgeRule({ ...RULE, ...changes });
    expect(violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["Secrets by their names", { ...RULE, resourceNames: ["tls", "key"], verbs: ["get", "list", "watch"] }],
    ["to write Secrets", { ...RULE, verbs: ["create", "update", "delete"] }],
    ["to patch Secrets by their names", { ...RULE, resourceNames: ["tls"], verbs: ["patch"] }],
    ["other resources", { ...RULE, resources: ["configmaps"] }],
    ["Secrets of another group", { ...RULE, apiGroups: ["secrets.example.com"] }],
    [
      "everything by wildcards, which another policy refuses",
      { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
    ],
  ])("allows %s", async (_, rule) => {
    expect(await judgeRule(rule)).toEqual(PASSED);
  });

  it.each([
    ["verb", { ...RULE, verbs: [UNKNOWN] }, ".rules[0].verbs[0]"],
    ["resource", { ...RULE, resources: [UNKNOWN] }, ".rules[0].resources[0]"],
    [
      "resource of a second verb",
      { ...RULE, resources: [UNKNOWN], verbs: ["list"] },
      ".rules[0].resources[0]",
    ],
    ["group", { ...RULE, apiGroups: UNKNOWN }, ".rules[0].apiGroups"],
    ["name", { ...RULE, resourceNames: ["tls", UNKNOWN] }, ".rules[0].resourceNames[1]"],
    ["list of names", { ...RULE, resourceNames: UNKNOWN }, ".rules[0].resourceNames"],
  ])("leaves a rule undecided while a %s is not known", async (_, rule, path) => {
    const { violations, undecided } = await judgeRule(rule);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for names where nothing is read", async () => {
    expect(await judgeRule({ ...RULE, verbs: ["create"], resourceNames: UNKNOWN })).toEqual(PASSED);
  });

  it("does not ask for verbs where the Secrets are named", async () => {
    expect(await judgeRule({ ...RULE, verbs: [UNKNOWN], resourceNames: ["tls"] })).toEqual(PASSED);
  });

  it("refuses what it knows beside a verb that is not known", async () => {
    expect((await judgeRule({ ...RULE, verbs: ["list", UNKNOWN] })).violations).toHaveLength(1);
  });

  it("refuses to judge a text in the place of a list", async () => {
    await expect(judgeRule({ ...RULE, resourceNames: "tls" })).rejects.toThrow("expected a list");
  });

  it("says nothing about other kinds", async () => {
    expect(await judge(roleDisallowSecretReading, { ...role([RULE]), kind: "Policy" })).toEqual(PASSED);
  });
});
