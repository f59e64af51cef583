import { describe, expect, it, vi } from "vitest";
import * as yaml from "yaml";
import { budgetLimitAmount } from "../../../policies/claude/budget-limit-amount.ts";
import { budgetRequireFleet } from "../../../policies/claude/budget-require-fleet.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { configMap, gatewayRules } from "./objects.ts";

vi.mock("yaml", { spy: true });

const FILE = "gateway.yaml";
const judgeText = (text: unknown) => judge(budgetRequireFleet, configMap({ [FILE]: text }));

describe("gateway.yaml as the policies read it", () => {
  it.each([
    ["YAML", "# ours\nbudgets:\n  fleet: { dayUsd: 5 }\n"],
    ["JSON", '{"budgets": {"fleet": {"dayUsd": 5}}}'],
    ["anchors", "budgets:\n  tenant: &caps { dayUsd: 5 }\n  fleet: *caps\n"],
  ])("may be %s", async (_, text) => {
    expect(await judgeText(text)).toEqual({ violations: [], undecided: undefined });
  });

  it("is read from binary data too", async () => {
    const binary = (text: string) =>
      configMap(undefined, { binaryData: { [FILE]: Buffer.from(text).toString("base64") } });
    expect((await judge(budgetRequireFleet, binary("budgets: {fleet: {dayUsd: 5}}"))).violations).toEqual([]);
    expect((await judge(budgetRequireFleet, binary("budgets: {}"))).violations).toEqual([
      expect.stringContaining('at .binaryData["gateway.yaml"].budgets.fleet:'),
    ]);
  });

  it.each([
    ["empty", ""],
    ["a comment alone", "# nothing"],
    ["null", "null"],
  ])("stands for the defaults where it is %s", async (_, text) => {
    expect((await judgeText(text)).violations).toEqual([expect.stringContaining("has no cap")]);
  });

  it.each([
    ["a number", 5, "the file is no text"],
    ["no YAML", "budgets: [", "the file is no YAML"],
    ["a key that stands twice", "budgets: {}\nbudgets: {}", "the file is no YAML: Map keys must be unique"],
    ["a tag that nobody knows", "budgets: !acme {}", "the file is no YAML"],
    ["an alias without anchor", "budgets: *caps", "the file is no YAML: Unresolved alias"],
    ["a bomb of aliases", bomb(), "the file is no YAML: Excessive alias count"],
    ["a list", "[]", "the file is no mapping of names to values"],
    ["a word", "budgets", "the file is no mapping of names to values"],
  ])("is refused where it is %s", async (_, text, problem) => {
    expect((await judgeText(text)).violations).toEqual([
      expect.stringContaining(`at .data["gateway.yaml"]: ${problem}`),
    ]);
  });

  it.each([
    ["the data", configMap(UNKNOWN)],
    ["the file", configMap({ [FILE]: UNKNOWN })],
  ])("is left undecided while %s are not known", async (_, object) => {
    const { violations, undecided } = await judge(budgetRequireFleet, object);
    expect(violations).toEqual([]);
    expect(undecided).toContain(".data");
  });

  it.each([undefined, null])("is nobody's business where it is %s", async (file) => {
    expect(await judge(budgetRequireFleet, configMap({ [FILE]: file }))).toEqual({
      violations: [],
      undecided: undefined,
    });
  });

  it("throws where a part has another shape, and so refuses the object", async () => {
    await expect(judge(budgetRequireFleet, gatewayRules({ budgets: 5 }))).rejects.toThrow(
      "expected an object",
    );
    const scopes = { config: { scopes: ["tenant"] } };
    await expect(
      judge(budgetRequireFleet, gatewayRules({ budgets: { tenants: [] } }), scopes),
    ).rejects.toThrow('.data["gateway.yaml"].budgets.tenants: expected an object, got a list');
  });

  it("is parsed once for all policies, and again where it changes", async () => {
    vi.mocked(yaml.parseDocument).mockClear();
    for (const day of [1, 2]) {
      for (const policy of [budgetRequireFleet, budgetLimitAmount]) {
        await judge(policy, gatewayRules({ budgets: { fleet: { dayUsd: day } } }));
      }
    }
    expect(yaml.parseDocument).toHaveBeenCalledTimes(2);
  });

  it("takes no key but a text, and says what is wrong in one line", async () => {
    const { violations } = await judgeText("? [fleet]\n: 5\n");
    expect(violations).toEqual([expect.stringContaining("the file is no YAML")]);
    const [message] = (await judgeText("budgets: {}\nbudgets: {}")).violations;
    expect(message).not.toContain("at line");
  });
});

function bomb(): string {
  const lines = ["a0: &a0 [x, x]"];
  for (let depth = 1; depth < 9; depth++) {
    lines.push(
      `a${depth}: &a${depth} [${Array(9)
        .fill(`*a${depth - 1}`)
        .join(", ")}]`,
    );
  }
  return lines.join("\n");
}
