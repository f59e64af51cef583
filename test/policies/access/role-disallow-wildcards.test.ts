import { describe, expect, it } from "vitest";
import { roleDisallowWildcards } from "../../../policies/access/role-disallow-wildcards.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { aggregated, role } from "./roles.ts";

const RULE = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };
const judgeRule = (rule: unknown, kind?: string) => judge(roleDisallowWildcards, role([RULE, rule], kind));
const judgeSelectors = (selectors: unknown) => judge(roleDisallowWildcards, aggregated(selectors));
const PASSED = { violations: [], undecided: undefined };

describe("role-disallow-wildcards, fault 27: wildcard RBAC", () => {
  it.each(["Role", "ClusterRole"])("fault 27: refuses every verb in a %s", async (kind) => {
    const { violations } = await judgeRule({ ...RULE, verbs: ["get", "*"] }, kind);
    expect(violations).toEqual([
      expect.stringMatching(
        /at \.rules\[1\]\.verbs\[1\]: it is "\*", which grants more than can be listed\. List/,
      ),
    ]);
  });

  it.each([
    ["verbs", ["*"]],
    ["resources", ["*"]],
    ["resources", ["pods/*"]],
    ["resources", ["*/scale"]],
    ["apiGroups", ["*"]],
    ["apiGroups", ["*.example.com"]],
    ["nonResourceURLs", ["*"]],
    ["nonResourceURLs", ["/metrics/*"]],
  ])("fault 27: refuses %s %j", async (list, entries) => {
    const { violations } = await judgeRule({ ...RULE, [list]: entries });
    expect(violations).toEqual([expect.stringContaining(`.rules[1].${list}[0]`)]);
  });

  it.each([
    ["no rules", null],
    ["an empty list", []],
    ["names alone", [RULE]],
    ["a URL", [{ nonResourceURLs: ["/healthz"], verbs: ["get"] }]],
    ["lists that are null", [{ verbs: null, resources: null, apiGroups: null, nonResourceURLs: null }]],
    ["a star as the name of an object, where it is a name", [{ ...RULE, resourceNames: ["*"] }]],
  ])("allows %s", async (_, rules) => {
    expect(await judge(roleDisallowWildcards, role(rules))).toEqual(PASSED);
  });

  it.each([[5], [null], [{}], [true]])("refuses an entry that is no text: %j", async (entry) => {
    const { violations } = await judgeRule({ ...RULE, verbs: [entry] });
    expect(violations).toEqual([expect.stringContaining("which is no text")]);
  });

  it("refuses to judge a text in the place of a list", async () => {
    await expect(judgeRule({ ...RULE, verbs: "*" })).rejects.toThrow("expected a list");
  });

  it.each([
    ["an entry", { ...RULE, resources: ["pods", UNKNOWN] }, ".rules[1].resources[1]"],
    ["a list", { ...RULE, verbs: UNKNOWN }, ".rules[1].verbs"],
    ["a rule", UNKNOWN, ".rules[1]"],
  ])("leaves %s that is not known yet undecided", async (_, rule, path) => {
    const { violations, undecided } = await judgeRule(rule);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("refuses a wildcard beside a value that is not known yet", async () => {
    const { violations, undecided } = await judgeRule({ ...RULE, verbs: [UNKNOWN, "*"] });
    expect(violations).toHaveLength(1);
    expect(undecided).toBeDefined();
  });

  it.each([
    ["an empty selector", [{}], "roles that no label names"],
    ["labels that are null", [{ matchLabels: null }], "roles that no label names"],
    ["labels that are empty", [{ matchLabels: {} }], "roles that no label names"],
    ["a label that is null", [{ matchLabels: { team: null } }], "roles that no label names"],
    [
      "roles without a label",
      [{ matchExpressions: [{ key: "a", operator: "DoesNotExist" }] }],
      "roles that no label names",
    ],
    [
      "roles with other values of a label",
      [{ matchExpressions: [{ key: "a", operator: "NotIn", values: ["b"] }] }],
      "roles that no label names",
    ],
    [
      "an operator that is none",
      [{ matchExpressions: [{ key: "a", operator: "exists" }] }],
      "roles that no label names",
    ],
    [
      "the label of the cluster's own roles, by an expression",
      [{ matchExpressions: [{ key: "kubernetes.io/bootstrapping", operator: "Exists" }] }],
      "the cluster's own roles",
    ],
    [
      "that label beside another",
      [{ matchLabels: { a: "b", "kubernetes.io/bootstrapping": "rbac-defaults" } }],
      "the cluster's own roles",
    ],
    [
      "the label of the cluster's own roles",
      [{ matchLabels: { "kubernetes.io/bootstrapping": "rbac-defaults" } }],
      "the cluster's own roles",
    ],
  ])("fault 27: refuses a role that aggregates by %s", async (_, selectors, reason) => {
    expect((await judgeSelectors(selectors)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["by a label of one's own", [{ matchLabels: { "example.com/monitoring": "true" } }]],
    [
      "by a value of one's own",
      [{ matchExpressions: [{ key: "example.com/monitoring", operator: "In", values: ["a"] }] }],
    ],
    [
      "by a label of one's own and an exclusion",
      [
        {
          matchExpressions: [
            { key: "example.com/monitoring", operator: "Exists" },
            { key: "kubernetes.io/bootstrapping", operator: "DoesNotExist" },
          ],
        },
      ],
    ],
    ["by a label whose value is not known", [{ matchLabels: { a: UNKNOWN } }]],
    ["nothing", []],
    ["nothing, by null", null],
  ])("allows a role that aggregates %s", async (_, selectors) => {
    expect(await judgeSelectors(selectors)).toEqual(PASSED);
  });

  it.each([
    ["labels", { matchLabels: UNKNOWN }, ".matchLabels"],
    [
      "labels beside an expression",
      { matchLabels: UNKNOWN, matchExpressions: [{ key: "a", operator: "In" }] },
      ".matchLabels",
    ],
    ["expressions", { matchExpressions: UNKNOWN }, ".matchExpressions"],
    ["operator", { matchExpressions: [{ key: "a", operator: UNKNOWN }] }, ".matchExpressions[0].operator"],
    ["key", { matchExpressions: [{ key: UNKNOWN, operator: "Exists" }] }, ".matchExpressions[0].key"],
  ])("leaves a selector undecided while its %s are not known", async (_, selector, path) => {
    const { violations, undecided } = await judgeSelectors([selector]);
    expect(violations).toEqual([]);
    expect(undecided).toContain(`.aggregationRule.clusterRoleSelectors[0]${path}`);
  });

  it("does not ask for more than decides", async () => {
    const builtIn = { matchLabels: { "kubernetes.io/bootstrapping": "a" }, matchExpressions: UNKNOWN };
    expect((await judgeSelectors([builtIn])).violations).toHaveLength(1);
    const excluded = [{ key: UNKNOWN, operator: "NotIn", values: ["a"] }];
    expect(await judgeSelectors([{ matchLabels: { a: "b" }, matchExpressions: excluded }])).toEqual(PASSED);
  });

  it("says nothing about other kinds", async () => {
    const object = { ...role([{ verbs: ["*"] }]), kind: "ValidatingWebhookConfiguration" };
    expect(await judge(roleDisallowWildcards, object)).toEqual(PASSED);
  });
});
