import { describe, expect, it } from "vitest";
import { networkPolicyLimitIngress } from "../../../policies/network/network-policy-limit-ingress.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { blocks, networkPolicy } from "./network-policies.ts";

const PASSED = { violations: [], undecided: undefined };
const judgeRule = (rule: unknown, config = {}, metadata = {}) =>
  judge(networkPolicyLimitIngress, networkPolicy({ ingress: [rule] }, metadata), { config });

describe("network-policy-limit-ingress", () => {
  it.each([
    ["no source", { ports: [{ port: 8080 }] }, "it is not set, which means everybody."],
    ["a source that is null", { from: null }, "it is not set"],
    ["an empty list", { from: [] }, "it is empty, which means everybody."],
    ["an empty rule", {}, "it is not set"],
    [
      "the internet",
      { from: blocks("0.0.0.0/0") },
      "it names 0.0.0.0/0, which is the internet. Name the namespace",
    ],
    ["the internet of IPv6", { from: blocks("10.0.0.0/8", "::/0") }, "it names ::/0, which"],
    [
      "the internet in halves",
      { from: blocks("0.0.0.0/1", "128.0.0.0/1") },
      "it names 0.0.0.0/1, 128.0.0.0/1",
    ],
    ["the internet behind a NAT64 gateway", { from: blocks("64:ff9b::/96") }, "it names 64:ff9b::/96, which"],
    [
      "a wide range among selectors",
      { from: [{ podSelector: {} }, ...blocks("160.0.0.0/8")] },
      "160.0.0.0/8",
    ],
  ])("refuses a rule with %s", async (_, rule, reason) => {
    const { violations } = await judgeRule(rule);
    expect(violations).toEqual([expect.stringContaining(`.spec.ingress[0].from: `)]);
    expect(violations[0]).toContain(reason);
  });

  it.each([
    ["no rules", {}],
    ["an empty list of rules", { ingress: [] }],
    ["rules of egress", { egress: [{}] }],
    [
      "pods and namespaces",
      { ingress: [{ from: [{ podSelector: {} }, { namespaceSelector: { matchLabels: { a: "b" } } }] }] },
    ],
    ["a private range", { ingress: [{ from: blocks("10.0.0.0/8") }] }],
    ["a narrow range", { ingress: [{ from: blocks("160.79.104.0/23", "2600::/32") }] }],
  ])("allows %s", async (_, spec) => {
    expect(await judge(networkPolicyLimitIngress, networkPolicy(spec))).toEqual(PASSED);
  });

  it("refuses the pods of every namespace, and an entry that names nobody", async () => {
    const { violations } = await judgeRule({ from: [{ namespaceSelector: {} }, { podSelector: null }] });
    expect(violations).toEqual([
      expect.stringContaining(".spec.ingress[0].from[0]: it names the pods of every namespace"),
      expect.stringContaining(".spec.ingress[0].from[1]: it names nobody."),
    ]);
  });

  it("refuses a range that is none", async () => {
    expect((await judgeRule({ from: blocks("everywhere") })).violations).toEqual([
      expect.stringContaining('it is "everywhere", which is no range'),
    ]);
  });

  it("takes prefix lengths and private ranges from the configuration", async () => {
    const rule = { from: blocks("160.0.0.0/8") };
    expect(await judgeRule(rule, { shortestIpv4Prefix: 8 })).toEqual(PASSED);
    expect(await judgeRule(rule, { privateRanges: ["160.0.0.0/8"] })).toEqual(PASSED);
    expect(await judgeRule({ from: blocks("2600::/8") }, { shortestIpv6Prefix: 8 })).toEqual(PASSED);
  });

  it("allows the policies that the configuration lists, and no others", async () => {
    const config = { openPolicies: ["edge"] };
    expect(await judgeRule({}, config, { name: "edge" })).toEqual(PASSED);
    expect((await judgeRule({}, config, { name: "edges" })).violations).toHaveLength(1);
  });

  it("leaves a policy undecided while its name is not known and may be a listed one", async () => {
    const config = { openPolicies: ["edge"] };
    const { violations, undecided } = await judgeRule({}, config, { name: UNKNOWN });
    expect(violations).toEqual([]);
    expect(undecided).toContain(".metadata.name");
    expect((await judgeRule({}, {}, { name: UNKNOWN })).violations).toHaveLength(1);
    expect(await judgeRule({ from: [{ podSelector: {} }] }, config, { name: UNKNOWN })).toEqual(PASSED);
  });

  it.each([
    ["rules", UNKNOWN, ".spec.ingress"],
    ["sources", [{ from: UNKNOWN }], ".spec.ingress[0].from"],
    ["range", [{ from: blocks(UNKNOWN) }], ".from[0].ipBlock.cidr"],
  ])("leaves a policy undecided while its %s is not known", async (_, ingress, path) => {
    const { violations, undecided } = await judge(networkPolicyLimitIngress, networkPolicy({ ingress }));
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("asks for no range that it knows", async () => {
    const { undecided } = await judgeRule({ from: blocks("160.79.104.0/23", UNKNOWN) });
    expect(undecided).toContain("update: .spec.ingress[0].from[1].ipBlock.cidr;");
  });

  it("refuses what it knows beside a range that is not known", async () => {
    expect((await judgeRule({ from: blocks(UNKNOWN, "0.0.0.0/0") })).violations).toHaveLength(1);
  });

  it("refuses to judge a text in the place of sources", async () => {
    await expect(judgeRule({ from: "everybody" })).rejects.toThrow("expected a list");
  });

  it("says nothing about other kinds", async () => {
    const object = { ...networkPolicy({ ingress: [{}] }), kind: "Ingress" };
    expect(await judge(networkPolicyLimitIngress, object)).toEqual(PASSED);
  });
});
