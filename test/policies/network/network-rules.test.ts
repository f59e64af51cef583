import { describe, expect, it } from "vitest";
import { networkPolicyLimitIngress } from "../../../policies/network/network-policy-limit-ingress.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { networkPolicy } from "./network-policies.ts";

const PASSED = { violations: [], undecided: undefined };
const judgePeer = (peer: unknown) =>
  judge(networkPolicyLimitIngress, networkPolicy({ ingress: [{ from: [peer] }] }));
const expression = (key: unknown, operator: unknown, values?: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});
const NAMESPACE = "kubernetes.io/metadata.name";

describe("the entries of a NetworkPolicy's rule", () => {
  it.each([
    ["namespaces by a label", { namespaceSelector: { matchLabels: { [NAMESPACE]: "traefik" } } }],
    ["namespaces by an expression", { namespaceSelector: expression(NAMESPACE, "In", ["a", "b"]) }],
    ["namespaces that have a label", { namespaceSelector: expression("team", "Exists") }],
    [
      "namespaces by one expression of two",
      {
        namespaceSelector: {
          matchExpressions: [
            { key: "team", operator: "DoesNotExist" },
            { key: "tier", operator: "Exists" },
          ],
        },
      },
    ],
    [
      "pods by a label, of every namespace",
      { namespaceSelector: {}, podSelector: { matchLabels: { app: "dns" } } },
    ],
    [
      "pods by an expression, of every namespace",
      { namespaceSelector: {}, podSelector: expression("a", "Exists") },
    ],
    ["every pod of its own namespace", { podSelector: {} }],
    [
      "every pod of its own namespace, with nulls",
      { podSelector: {}, namespaceSelector: null, ipBlock: null },
    ],
    ["a range", { ipBlock: { cidr: "10.0.0.0/8" }, podSelector: null }],
  ])("may name %s", async (_, peer) => {
    expect(await judgePeer(peer)).toEqual(PASSED);
  });

  it.each([
    ["every namespace", { namespaceSelector: {} }],
    ["every namespace, by nulls", { namespaceSelector: { matchLabels: null, matchExpressions: null } }],
    ["every namespace, by empty parts", { namespaceSelector: { matchLabels: {}, matchExpressions: [] } }],
    ["every namespace, by a label that is null", { namespaceSelector: { matchLabels: { team: null } } }],
    ["every namespace, by the label that each has", { namespaceSelector: expression(NAMESPACE, "Exists") }],
    ["all but one namespace", { namespaceSelector: expression(NAMESPACE, "NotIn", ["kube-system"]) }],
    ["namespaces without a label", { namespaceSelector: expression("nobody", "DoesNotExist") }],
    ["an operator that is none", { namespaceSelector: expression("team", "in") }],
    ["no operator", { namespaceSelector: expression("team", undefined) }],
    ["every pod of every namespace", { namespaceSelector: {}, podSelector: {} }],
    [
      "all pods but some of every namespace",
      { namespaceSelector: {}, podSelector: expression("app", "NotIn", ["a"]) },
    ],
  ])("may not name %s", async (_, peer) => {
    expect((await judgePeer(peer)).violations).toEqual([
      expect.stringContaining(
        ".from[0]: it names the pods of every namespace, or of all that are not excluded. Name the namespaces or",
      ),
    ]);
  });

  it.each([[{}], [null], [{ ipBlock: null, podSelector: null, namespaceSelector: null }]])(
    "have to name somebody: %j",
    async (peer) => {
      expect((await judgePeer(peer)).violations).toEqual([
        expect.stringContaining(".from[0]: it names nobody. Name pods, namespaces or a range, or remove"),
      ]);
    },
  );

  it.each([
    ["entry", UNKNOWN, ".from[0]"],
    ["namespaces", { namespaceSelector: UNKNOWN }, ".from[0].namespaceSelector"],
    ["labels", { namespaceSelector: { matchLabels: UNKNOWN } }, ".namespaceSelector.matchLabels"],
    ["expressions", { namespaceSelector: { matchExpressions: UNKNOWN } }, ".matchExpressions"],
    ["operator", { namespaceSelector: expression("team", UNKNOWN) }, ".matchExpressions[0].operator"],
    ["key of a label", { namespaceSelector: expression(UNKNOWN, "Exists") }, ".matchExpressions[0].key"],
    ["pods", { namespaceSelector: {}, podSelector: UNKNOWN }, ".from[0].podSelector"],
  ])("are undecided while the %s are not known", async (_, peer, path) => {
    const { violations, undecided } = await judgePeer(peer);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it.each([
    ["a label's value", { namespaceSelector: { matchLabels: { team: UNKNOWN } } }],
    ["a key with values", { namespaceSelector: expression(UNKNOWN, "In", ["a"]) }],
    [
      "namespaces where the pods are named",
      { namespaceSelector: UNKNOWN, podSelector: { matchLabels: { a: "b" } } },
    ],
    [
      "pods where the namespaces are named",
      { namespaceSelector: { matchLabels: { a: "b" } }, podSelector: UNKNOWN },
    ],
    ["pods of its own namespace", { podSelector: UNKNOWN }],
  ])("are not asked for %s", async (_, peer) => {
    expect(await judgePeer(peer)).toEqual(PASSED);
  });

  it.each([
    "everybody",
    5,
    { namespaceSelector: "all" },
    { podSelector: {}, namespaceSelector: { matchExpressions: {} } },
  ])("cannot be judged where they are %j", async (peer) => {
    await expect(judgePeer(peer)).rejects.toThrow("expected");
  });
});
