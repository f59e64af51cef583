import { describe, expect, it } from "vitest";
import { POWERS, pairsOf } from "../../../policies/access/powers.ts";
import { roleDisallowEscalation } from "../../../policies/access/role-disallow-escalation.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { aggregated, role } from "./roles.ts";

const RBAC = "rbac.authorization.k8s.io";
const CERTIFICATES = "certificates.k8s.io";
const ADMISSION = "admissionregistration.k8s.io";
const PASSED = { violations: [], undecided: undefined };

const rule = (group: string, resource: string, verb: string) => ({
  apiGroups: [group],
  resources: [resource],
  verbs: [verb],
});
const judgeRules = (rules: unknown, config = {}, kind = "ClusterRole") =>
  judge(roleDisallowEscalation, role(rules, kind), { config });

/** Every right that the policy refuses, written out, so that none can fall out of its table unseen. */
const REFUSED = [
  [RBAC, "roles", "escalate"],
  [RBAC, "clusterroles", "escalate"],
  [RBAC, "roles", "bind"],
  [RBAC, "clusterroles", "bind"],
  ...["users", "groups", "serviceaccounts", "uids"].flatMap((resource) =>
    ["", "authentication.k8s.io"].map((group) => [group, resource, "impersonate"]),
  ),
  ["", "serviceaccounts/token", "create"],
  ...["signers", "certificatesigningrequests"].flatMap((resource) =>
    ["approve", "sign"].map((verb) => [CERTIFICATES, resource, verb]),
  ),
  ...["approval", "status"].flatMap((part) =>
    ["update", "patch"].map((verb) => [CERTIFICATES, `certificatesigningrequests/${part}`, verb]),
  ),
  ...["exec", "attach"].flatMap((part) => ["create", "get"].map((verb) => ["", `pods/${part}`, verb])),
  ["", "pods/ephemeralcontainers", "update"],
  ["", "pods/ephemeralcontainers", "patch"],
  ...["get", "create", "update", "patch", "delete"].map((verb) => ["", "nodes/proxy", verb]),
  ["", "persistentvolumes", "create"],
  ...["mutating", "validating"].flatMap((kind) =>
    ["create", "update", "patch"].map((verb) => [ADMISSION, `${kind}webhookconfigurations`, verb]),
  ),
] as [group: string, resource: string, verb: string][];

describe("role-disallow-escalation, fault 27: escalate, bind, impersonate", () => {
  it.each(REFUSED)("fault 27: refuses in group %j on %s: %s", async (group, resource, verb) => {
    const { violations } = await judgeRules([rule(group, resource, verb)]);
    expect(violations).toEqual([expect.stringContaining(`it grants ${verb} ${resource}: the holder `)]);
  });

  it("refuses exactly these", () => {
    const rights = POWERS.flatMap(pairsOf).map(({ group, resource, verb }) => [group, resource, verb]);
    expect(rights.map(String).sort()).toEqual(REFUSED.map(String).sort());
  });

  it.each(["Role", "ClusterRole"])("fault 27: says of a %s what its holder can do", async (kind) => {
    const { violations } = await judgeRules([rule("", "pods", "get"), rule(RBAC, "roles", "bind")], {}, kind);
    expect(violations).toEqual([
      expect.stringMatching(
        /at \.rules\[1\]: it grants bind roles: the holder gives any role to anybody, himself too\. Take the right out/,
      ),
    ]);
  });

  it.each([
    ["every verb on a named resource", rule("", "pods/exec", "*"), "create pods/exec, get pods/exec"],
    ["a named verb on every resource", rule(RBAC, "*", "bind"), "bind roles, bind clusterroles"],
    ["a named verb on every resource of a part", rule("", "*/exec", "create"), "create pods/exec"],
    ["every group", rule("*", "serviceaccounts", "impersonate"), "impersonate serviceaccounts:"],
  ])("fault 27: refuses %s", async (_, granted, names) => {
    const { violations } = await judgeRules([granted]);
    expect(violations.join()).toContain(names);
  });

  it.each([
    ["rights by wildcards alone, which another policy refuses", rule("*", "*", "*")],
    ["such rights of every part", rule("", "*/exec", "*")],
    ["to write roles", rule(RBAC, "roles", "create")],
    ["to write bindings", rule(RBAC, "clusterrolebindings", "update")],
    ["the verb on another resource", rule("", "pods", "impersonate")],
    ["the resource with another verb", rule("", "serviceaccounts/token", "get")],
    ["the name in another group", rule("example.com", "pods/exec", "create")],
    ["another part", rule("", "*/log", "create")],
    ["a part of the same ending without a star", rule("", "x/exec", "create")],
    ["lists that are null", { apiGroups: null, resources: null, verbs: null }],
    ["URLs", { nonResourceURLs: ["/metrics"], verbs: ["get"] }],
  ])("allows %s", async (_, granted) => {
    expect(await judgeRules([granted])).toEqual(PASSED);
  });

  it("allows a right that the configuration lists, and no other", async () => {
    const config = { allowedRights: ["create pods/exec"] };
    expect(await judgeRules([rule("", "pods/exec", "create")], config)).toEqual(PASSED);
    expect((await judgeRules([rule("", "pods/attach", "create")], config)).violations).toHaveLength(1);
    const { violations } = await judgeRules([rule("", "pods/exec", "*")], config);
    expect(violations).toEqual([expect.stringContaining("it grants get pods/exec:")]);
  });

  it.each([
    ["verbs", { apiGroups: [""], resources: ["pods/exec"], verbs: [UNKNOWN] }, ".rules[0].verbs[0]"],
    ["resources", { apiGroups: [""], resources: UNKNOWN, verbs: ["impersonate"] }, ".rules[0].resources"],
    [
      "verbs of a second resource",
      { apiGroups: [""], resources: ["pods/attach"], verbs: UNKNOWN },
      ".rules[0].verbs",
    ],
    ["groups", { apiGroups: [UNKNOWN], resources: ["roles"], verbs: ["bind"] }, ".rules[0].apiGroups[0]"],
  ])("leaves a rule undecided while its %s are not known", async (_, granted, path) => {
    const { violations, undecided } = await judgeRules([granted]);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it.each([
    ["a verb, where no resource matters", { apiGroups: [""], resources: ["pods"], verbs: [UNKNOWN] }],
    [
      "a group, where everything else is a wildcard",
      { apiGroups: [UNKNOWN], resources: ["*"], verbs: ["*"] },
    ],
  ])("does not ask for %s", async (_, granted) => {
    expect(await judgeRules([granted])).toEqual(PASSED);
  });

  it("refuses what it knows beside a value that is not known", async () => {
    const granted = { apiGroups: [""], resources: ["pods/exec", UNKNOWN], verbs: ["create"] };
    const { violations } = await judgeRules([granted]);
    expect(violations).toEqual([expect.stringContaining("it grants create pods/exec")]);
  });

  it.each([5, null, {}])("refuses to judge an entry that is no text: %j", async (entry) => {
    const granted = { apiGroups: [""], resources: ["pods"], verbs: [entry] };
    await expect(judgeRules([granted])).rejects.toThrow(".rules[0].verbs[0]: expected a text");
  });

  it.each(["admin", "edit"])("fault 27: refuses a role that gathers those of %s", async (name) => {
    const label = `${RBAC}/aggregate-to-${name}`;
    const { violations } = await judge(
      roleDisallowEscalation,
      aggregated([{ matchLabels: { [label]: "true" } }]),
    );
    expect(violations).toEqual([expect.stringContaining(`roles with the label ${label}`)]);
    const expressions = [{ matchExpressions: [{ key: label, operator: "In", values: ["true"] }] }];
    expect((await judge(roleDisallowEscalation, aggregated(expressions))).violations).toEqual([
      expect.stringContaining(`at .aggregationRule.clusterRoleSelectors[0]: the role gathers the rules`),
    ]);
  });

  it.each([
    ["those of view", [{ matchLabels: { [`${RBAC}/aggregate-to-view`]: "true" } }]],
    ["by a label of one's own, whatever its value", [{ matchLabels: { monitoring: UNKNOWN } }]],
    [
      "all but those of admin",
      [{ matchExpressions: [{ key: `${RBAC}/aggregate-to-admin`, operator: "DoesNotExist" }] }],
    ],
    ["nothing", null],
  ])("allows a role that gathers %s", async (_, selectors) => {
    expect(await judge(roleDisallowEscalation, aggregated(selectors))).toEqual(PASSED);
  });

  it("leaves a role undecided while the labels that it gathers by are not known", async () => {
    const { violations, undecided } = await judge(
      roleDisallowEscalation,
      aggregated([{ matchLabels: UNKNOWN }]),
    );
    expect(violations).toEqual([]);
    expect(undecided).toContain(".matchLabels");
  });

  it("does not ask for more labels where one is theirs", async () => {
    const selectors = [
      { matchLabels: { a: "b", [`${RBAC}/aggregate-to-edit`]: "true" }, matchExpressions: UNKNOWN },
    ];
    const { violations, undecided } = await judge(roleDisallowEscalation, aggregated(selectors));
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });

  it("refuses a label of theirs whatever its value", async () => {
    const selectors = [{ matchLabels: { [`${RBAC}/aggregate-to-admin`]: UNKNOWN } }];
    expect((await judge(roleDisallowEscalation, aggregated(selectors))).violations).toHaveLength(1);
  });

  it("says nothing about other kinds", async () => {
    const object = { ...role([rule(RBAC, "roles", "bind")]), kind: "RoleBinding" };
    expect(await judge(roleDisallowEscalation, object)).toEqual(PASSED);
  });
});
