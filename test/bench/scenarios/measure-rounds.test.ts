import { describe, expect, it } from "vitest";
import { measureRounds } from "../../../bench/scenarios/measure-rounds.ts";

const SUBJECTS = [{ name: "direct" }, { name: "bare" }, { name: "ours" }];
const { signal } = new AbortController();

describe("measureRounds", () => {
  it("measures all in every round, each round beginning with another one", async () => {
    const order: string[] = [];
    const measure = async ({ name }: { name: string }) => {
      order.push(name);
      return { value: 1 };
    };
    await measureRounds({ subjects: SUBJECTS, rounds: 2, signal, measure });
    expect(order).toEqual(["direct", "bare", "ours", "bare", "ours", "direct"]);
  });

  it("compares with the baseline of the same round", async () => {
    const values: Record<string, number[]> = { direct: [1, 10], bare: [3, 14], ours: [0, 0] };
    const outcomes = await measureRounds({
      subjects: SUBJECTS,
      rounds: 2,
      signal,
      measure: async ({ name }, round) => ({ value: values[name]?.[round] ?? Number.NaN }),
      baseline: "direct",
      compare: (own, direct) => ({ added: (own["value"] ?? 0) - (direct["value"] ?? 0) }),
    });
    expect(outcomes.get("bare")).toMatchObject({
      kind: "measured",
      figures: { added: { median: 3, min: 2, max: 4, rounds: 2 } },
    });
  });

  it("leaves out who has failed, says why, and goes on with the others", async () => {
    const calls: string[] = [];
    const outcomes = await measureRounds({
      subjects: SUBJECTS,
      rounds: 3,
      signal,
      measure: async ({ name }) => {
        calls.push(name);
        if (name === "bare") throw new Error("it broke");
        return { value: 1 };
      },
    });
    expect(outcomes.get("bare")).toEqual({ kind: "failed", reason: "it broke" });
    expect(outcomes.get("ours")?.kind).toBe("measured");
    expect(calls.filter((name) => name === "bare")).toHaveLength(1);
  });

  it("stops when it is interrupted, and takes that for nobody's failure", async () => {
    const abort = new AbortController();
    const run = measureRounds({
      subjects: SUBJECTS,
      rounds: 3,
      signal: abort.signal,
      measure: async () => {
        abort.abort(new Error("interrupted"));
        throw new Error("cut off");
      },
    });
    await expect(run).rejects.toThrow("interrupted");
  });
});
