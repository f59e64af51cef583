import { describe, expect, it } from "vitest";
import { scaledObjectRequireFallback } from "../../../policies/scaling/scaled-object-require-fallback.ts";
import { judge, UNKNOWN } from "../judge.ts";

const NOTHING = { violations: [], undecided: undefined };
const PROMETHEUS = { type: "prometheus" };
const judgeSpec = (spec: object, config = {}, kind = "ScaledObject") =>
  judge(
    scaledObjectRequireFallback,
    { apiVersion: "keda.sh/v1alpha1", kind, metadata: { name: "agent", namespace: "ai-agents" }, spec },
    { config },
  );
const judgeFallback = (fallback: unknown, config = {}) =>
  judgeSpec({ triggers: [PROMETHEUS], fallback }, config);

describe("scaled-object-require-fallback", () => {
  it.each([
    { failureThreshold: 1, replicas: 2 },
    { failureThreshold: 10, replicas: 200 },
  ])("allows the fallback %j", async (fallback) => {
    expect(await judgeFallback(fallback)).toEqual(NOTHING);
  });

  it.each([undefined, null])("refuses a fallback that is %s", async (fallback) => {
    expect((await judgeFallback(fallback)).violations).toEqual([
      expect.stringContaining("ScaledObject ai-agents/agent, at .spec.fallback: it is not set, and"),
    ]);
  });

  it("refuses one that is missing where only one of the triggers could use it", async () => {
    const triggers = [{ type: "cpu" }, { type: "memory" }, PROMETHEUS];
    expect((await judgeSpec({ triggers })).violations).toHaveLength(1);
  });

  it.each([[[{ type: "cpu" }]], [[{ type: "memory" }, { type: "cpu" }]], [[{ type: "cron" }]], [[]], [null]])(
    "needs none for the triggers %j",
    async (triggers) => {
      expect(await judgeSpec({ triggers })).toEqual(NOTHING);
    },
  );

  it.each([
    [
      { replicas: 2 },
      ".spec.fallback.failureThreshold: it is not set. Set it to a whole number from 1 to 10.",
    ],
    [{ failureThreshold: 0, replicas: 2 }, "failureThreshold: it is 0."],
    [{ failureThreshold: 11, replicas: 2 }, "failureThreshold: it is 11."],
    [{ failureThreshold: "3", replicas: 2 }, 'failureThreshold: it is "3".'],
    [{ failureThreshold: 1.5, replicas: 2 }, "failureThreshold: it is 1.5."],
    [
      { failureThreshold: 3 },
      ".spec.fallback.replicas: it is not set. Set it to a whole number of 2 or more.",
    ],
    [{ failureThreshold: 3, replicas: null }, "replicas: it is not set."],
    [{ failureThreshold: 3, replicas: 1 }, "replicas: it is 1."],
    [{ failureThreshold: 3, replicas: "3" }, 'replicas: it is "3".'],
  ])("refuses the fallback %j", async (fallback, reason) => {
    expect((await judgeFallback(fallback)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each(["CPU", "", null, 5])("refuses one that is missing for a trigger of the type %j", async (type) => {
    expect((await judgeSpec({ triggers: [{ type: "cpu" }, { type }] })).violations).toHaveLength(1);
  });

  it("refuses to judge triggers that are no list, and a fallback that is a text", async () => {
    await expect(judgeSpec({ triggers: "prometheus" })).rejects.toThrow("expected a list");
    await expect(judgeFallback("3")).rejects.toThrow("expected an object");
  });

  it("refuses an empty fallback for both of its parts", async () => {
    expect((await judgeFallback({})).violations).toHaveLength(2);
  });

  it("takes both figures from the configuration", async () => {
    const fallback = { failureThreshold: 3, replicas: 2 };
    expect((await judgeFallback(fallback, { minimumReplicas: 3 })).violations).toHaveLength(1);
    expect((await judgeFallback(fallback, { maximumFailures: 2 })).violations).toHaveLength(1);
  });

  it.each([
    [{ triggers: [PROMETHEUS], fallback: UNKNOWN }, ".spec.fallback"],
    [{ fallback: { failureThreshold: UNKNOWN, replicas: 2 } }, ".spec.fallback.failureThreshold"],
    [{ fallback: { failureThreshold: 3, replicas: UNKNOWN } }, ".spec.fallback.replicas"],
    [{ triggers: UNKNOWN }, ".spec.triggers"],
    [{ triggers: [{ type: UNKNOWN }, { type: "cpu" }] }, ".spec.triggers[0].type"],
  ])("leaves %j undecided", async (spec, path) => {
    const { violations, undecided } = await judgeSpec(spec);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("asks for no trigger that it knows", async () => {
    const { undecided } = await judgeSpec({ triggers: [{ type: "cpu" }, { type: UNKNOWN }] });
    expect(undecided).toContain("update: .spec.triggers[1].type;");
  });

  it("needs no trigger where another one decides, nor any beside a fallback", async () => {
    const open = await judgeSpec({ triggers: [{ type: UNKNOWN }, PROMETHEUS] });
    expect(open.violations).toHaveLength(1);
    expect(open.undecided).toBeUndefined();
    expect(await judgeSpec({ triggers: UNKNOWN, fallback: { failureThreshold: 3, replicas: 2 } })).toEqual(
      NOTHING,
    );
  });

  it("says nothing about a ScaledJob", async () => {
    expect(await judgeSpec({ triggers: [PROMETHEUS] }, {}, "ScaledJob")).toEqual(NOTHING);
  });
});
