import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Model } from "../../../policies/claude/catalogue.ts";
import { modelDisallowRetiring } from "../../../policies/claude/model-disallow-retiring.ts";
import { judge } from "../judge.ts";
import { deployment, podSpecWith } from "../workloads.ts";
import { configMap, gatewayRules } from "./objects.ts";

const { MODELS } = vi.hoisted(() => {
  const model = {
    aliases: [],
    usdPerMillionTokens: null,
    deprecatedOn: null,
    retiresNotBefore: null,
    retiresOn: null,
    replacement: null,
  };
  return {
    MODELS: [
      { ...model, id: "announced", aliases: ["soon"], retiresOn: "2026-09-30", replacement: "newer" },
      { ...model, id: "promised", retiresNotBefore: "2026-09-30" },
      { ...model, id: "deprecated", deprecatedOn: "2026-06-01" },
      {
        ...model,
        id: "announced-and-promised",
        retiresOn: "2027-09-30",
        retiresNotBefore: "2026-01-01",
        deprecatedOn: "2026-01-01",
      },
      { ...model, id: "undated" },
    ] satisfies Model[],
  };
});
vi.mock("../../../agent-runtime/data/models.json", () => ({ default: { models: MODELS } }));

const at = (day: string, model: string, config = {}) => {
  vi.setSystemTime(`${day}T23:59:59Z`);
  return judge(modelDisallowRetiring, gatewayRules({ fallbacks: { other: [model] } }), { config });
};

describe("model-disallow-retiring", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    ["61 days before its retirement", "2026-07-31", "announced"],
    ["61 days before the end of a promise", "2026-07-31", "promised"],
    ["on the day before it is deprecated", "2026-05-31", "deprecated"],
    ["with a retirement far away, whatever else is past", "2026-07-31", "announced-and-promised"],
    ["without any date", "2026-07-31", "undated"],
    ["that nobody knows", "2026-07-31", "unheard-of"],
  ])("allows a model %s", async (_, day, model) => {
    expect(await at(day, model)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["2026-08-01", "announced", "is retired on 2026-09-30, within 60 days"],
    ["2026-09-30", "announced", "was retired on 2026-09-30"],
    ["2026-08-01", "promised", "is only promised until 2026-09-30"],
    ["2026-06-01", "deprecated", "is deprecated since 2026-06-01"],
  ])("counts a day from its first moment: on %s the model %s %s", async (day, model, problem) => {
    vi.setSystemTime(`${day}T00:00:00Z`);
    const { violations } = await judge(
      modelDisallowRetiring,
      gatewayRules({ fallbacks: { other: [model] } }),
    );
    expect(violations).toEqual([expect.stringContaining(`the model ${model} ${problem}`)]);
  });

  it.each([
    [
      "60 days before its retirement",
      "2026-08-01",
      "announced",
      "the model announced is retired on 2026-09-30, within 60 days. Use newer;",
    ],
    ["by its alias", "2026-08-01", "soon", "the model soon is retired on 2026-09-30"],
    ["on the day before its retirement", "2026-09-29", "announced", "is retired on 2026-09-30"],
    ["on the day of its retirement", "2026-09-30", "announced", "was retired on 2026-09-30. Use newer;"],
    ["that is long gone", "2027-09-30", "announced", "was retired on 2026-09-30"],
    [
      "60 days before the end of a promise",
      "2026-08-01",
      "promised",
      "is only promised until 2026-09-30, which is not 60 days from now. Use a model that stays longer;",
    ],
    [
      "on the day it is deprecated",
      "2026-06-01",
      "deprecated",
      "is deprecated since 2026-06-01, and may be retired any day",
    ],
  ])("refuses a model %s", async (_, day, model, reason) => {
    expect((await at(day, model)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("takes another number of days from the configuration", async () => {
    expect((await at("2026-08-01", "announced", { days: 59 })).violations).toEqual([]);
    expect((await at("2026-09-30", "announced", { days: 0 })).violations).toHaveLength(1);
    expect((await at("2026-09-29", "announced", { days: 0 })).violations).toEqual([]);
    expect((await at("2026-07-31", "promised", { days: 61 })).violations).toHaveLength(1);
  });

  it("does not count promises where the configuration says so", async () => {
    const config = { onlyAnnounced: true };
    expect((await at("2026-10-01", "promised", config)).violations).toEqual([]);
    expect((await at("2026-10-01", "announced", config)).violations).toHaveLength(1);
    expect((await at("2026-10-01", "deprecated", config)).violations).toHaveLength(1);
  });

  it("judges variables", async () => {
    vi.setSystemTime("2026-10-01");
    const podSpec = podSpecWith("initContainers", { env: [{ name: "ANTHROPIC_MODEL", value: "announced" }] });
    expect((await judge(modelDisallowRetiring, deployment(podSpec))).violations).toHaveLength(1);
  });

  it("says nothing about a model that has a chain, nor about rules of Cedar", async () => {
    vi.setSystemTime("2026-10-01");
    const object = configMap({
      "gateway.yaml": JSON.stringify({ fallbacks: { announced: ["undated"] } }),
      "acme.cedar": 'forbid(resource == Model::"announced");',
    });
    expect(await judge(modelDisallowRetiring, object)).toEqual({ violations: [], undecided: undefined });
  });
});
