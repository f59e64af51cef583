import { describe, expect, it } from "vitest";
import { modelRequireKnown } from "../../../policies/claude/model-require-known.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment, EVERY_PLACE, podSpecWith } from "../workloads.ts";
import { configMap, gatewayRules } from "./objects.ts";

const PASSES = { violations: [], undecided: undefined };
const inEnv = (name: unknown, value: unknown) =>
  judge(modelRequireKnown, deployment(podSpecWith("containers", { env: [{ name, value }] })));

describe("model-require-known", () => {
  it("says which name is wrong, where, and where the right ones stand", async () => {
    const object = gatewayRules({ fallbacks: { "claude-opus-5-5": ["claude-sonnet-5-5", "claude-sonet"] } });
    expect((await judge(modelRequireKnown, object)).violations).toEqual([
      'ConfigMap ai-agents/claude-agent-coordinator, at .data["gateway.yaml"].fallbacks.claude-opus-5-5[1]: the runtime knows no model "claude-sonet". Write an id or an alias of agent-runtime/data/models.json, or add the model there.',
    ]);
  });

  it.each([
    ["no fallbacks", {}],
    ["fallbacks that are null", { fallbacks: null }],
    ["an empty chain", { fallbacks: { "claude-opus-5-5": [] } }],
    ["an alias", { fallbacks: { "claude-opus-4-5": ["claude-haiku-4-5"] } }],
  ])("allows %s", async (_, rules) => {
    expect(await judge(modelRequireKnown, gatewayRules(rules))).toEqual(PASSES);
  });

  it.each([
    ["the model of a chain", { fallbacks: { opus: ["claude-sonnet-5-5"] } }, 'no model "opus"'],
    ["an empty name", { fallbacks: { "claude-opus-5-5": [""] } }, 'no model ""'],
    [
      "a number",
      { fallbacks: { "claude-opus-5-5": [5] } },
      "it is 5, where the name of a model has to stand",
    ],
    ["null", { fallbacks: { "claude-opus-5-5": [null] } }, "it is null, where the name"],
    ["a name of every object", { fallbacks: { constructor: ["claude-sonnet-5-5"] } }, '"constructor"'],
  ])("refuses %s", async (_, rules, reason) => {
    expect((await judge(modelRequireKnown, gatewayRules(rules))).violations).toEqual([
      expect.stringContaining(reason),
    ]);
  });

  it.each([
    ["a list of chains", { fallbacks: ["claude-opus-5-5"] }, "expected an object, got a list"],
    ["a chain that is no list", { fallbacks: { "claude-opus-5-5": "claude-opus-5" } }, "expected a list"],
  ])("throws at %s and so refuses it", async (_, rules, message) => {
    await expect(judge(modelRequireKnown, gatewayRules(rules))).rejects.toThrow(message);
  });

  it.each(EVERY_PLACE)("finds variables in $list of a $kind", async ({ build, list }) => {
    const podSpec = podSpecWith(list, { env: [{ name: "ANTHROPIC_MODEL", value: "opus" }] });
    expect((await judge(modelRequireKnown, build(podSpec))).violations).toEqual([
      expect.stringContaining('env[0].value: the runtime knows no model "opus"'),
    ]);
  });

  it.each([
    ["ANTHROPIC_MODEL", "opus", 1],
    ["ANTHROPIC_DEFAULT_HAIKU_MODEL", "haiku", 1],
    ["CLAUDE_MODEL", "opus", 1],
    ["MODEL", "claude-opus", 1],
    ["AGENT_MODEL", "claude-opus", 1],
    ["AGENT_MODEL", 5, 0],
    ["AGENT_MODEL", "gpt-9", 0],
    ["ANTHROPIC_MODEL", "", 0],
    ["ANTHROPIC_MODEL", null, 0],
    ["ANTHROPIC_MODEL", "claude-haiku-4-5", 0],
    ["ANTHROPIC_MODELS", "opus", 0],
    ["SUPERMODEL", "claude-opus", 0],
    ["MY_ANTHROPIC_MODEL", "opus", 0],
    ["CLAUDETTE_MODEL", "opus", 0],
    [null, "opus", 0],
  ])("judges %s=%s by name and value", async (name, value, count) => {
    expect((await inEnv(name, value)).violations).toHaveLength(count);
  });

  it("finds variables in a ConfigMap", async () => {
    expect((await judge(modelRequireKnown, configMap({ ANTHROPIC_MODEL: "opus" }))).violations).toEqual([
      expect.stringContaining("at .data.ANTHROPIC_MODEL:"),
    ]);
  });

  it("finds the models of Cedar's rules, each once", async () => {
    const rules =
      'forbid(resource == Model::"claude-opus-5-5" || Model::"opus" || Model::"opus" || SomeModel::"x");';
    expect((await judge(modelRequireKnown, configMap({ "acme.cedar": rules }))).violations).toEqual([
      expect.stringContaining('at .data["acme.cedar"]: the runtime knows no model "opus"'),
    ]);
  });

  it.each([
    ["rules elsewhere", configMap({ "acme.txt": 'Model::"opus"' })],
    [
      "a variable that is called like rules",
      deployment(podSpecWith("containers", { env: [{ name: "a.cedar", value: 'Model::"opus"' }] })),
    ],
    ["an object of another kind", { ...configMap({ ANTHROPIC_MODEL: "opus" }), kind: "Secret" }],
    ["a ConfigMap without data", configMap(undefined)],
  ])("says nothing about %s", async (_, object) => {
    expect(await judge(modelRequireKnown, object)).toEqual(PASSES);
  });

  it.each([
    ["the data", configMap(UNKNOWN), ".data"],
    ["the file", configMap({ "gateway.yaml": UNKNOWN }), '.data["gateway.yaml"]'],
    ["the rules", configMap({ "acme.cedar": UNKNOWN }), '.data["acme.cedar"]'],
    ["a variable", configMap({ ANTHROPIC_MODEL: UNKNOWN }), ".data.ANTHROPIC_MODEL"],
    ["what may be a Claude", configMap({ AGENT_MODEL: UNKNOWN }), ".data.AGENT_MODEL"],
    [
      "the name of a variable",
      deployment(podSpecWith("containers", { env: [{ name: UNKNOWN, value: "x" }] })),
      ".name",
    ],
  ])("leaves the object undecided while %s is not known", async (_, object, path) => {
    const { violations, undecided } = await judge(modelRequireKnown, object);
    expect(violations).toEqual([]);
    expect(undecided).toContain(`${path};`);
  });

  it.each([
    ["a list", [], "expected an object, got a list"],
    ["a text", "MODEL", "expected an object, got string"],
  ])("throws at data that are %s", async (_, data, message) => {
    await expect(judge(modelRequireKnown, configMap(data))).rejects.toThrow(message);
  });

  it("refuses a file that cannot be read", async () => {
    expect((await judge(modelRequireKnown, configMap({ "gateway.yaml": "[" }))).violations).toEqual([
      expect.stringContaining("the file is no YAML"),
    ]);
  });
});
