import { describe, expect, it } from "vitest";
import { notRun, type RanFile, type RanTest, resultOf } from "./collect-results.ts";

const PLANNED = { number: 3, file: "03-store.drill.ts", topic: "Store" };
const REPORT = {
  number: 3,
  title: "The store lost",
  figures: [{ name: "lost", value: 0, unit: "", atMost: 0 }],
  notes: ["seed 7"],
};
const PASSED: RanTest = { state: "passed", seconds: 4, errors: [], report: REPORT };
const ran = (test: Partial<RanTest>): RanFile => ({ errors: [], tests: [{ ...PASSED, ...test }] });

describe("the result of a drill", () => {
  it("that passed has its title, figures and notes", () => {
    expect(resultOf(PLANNED, ran({}))).toEqual({
      number: 3,
      title: "The store lost",
      outcome: "passed",
      seconds: 4,
      figures: REPORT.figures,
      notes: ["seed 7"],
      failures: [],
    });
  });

  it("that failed keeps its figures beside its failures", () => {
    expect(resultOf(PLANNED, ran({ state: "failed", errors: ["lost 3"] }))).toMatchObject({
      outcome: "failed",
      figures: REPORT.figures,
      failures: ["lost 3"],
    });
  });

  it.each<[string, RanFile | undefined, RegExp]>([
    ["never ran", undefined, /^03-store\.drill\.ts was not run$/],
    ["holds no test", { errors: [], tests: [] }, /was not run/],
    ["cannot be imported", { errors: ["no such module"], tests: [] }, /^no such module$/],
    ["was skipped", ran({ state: "skipped" }), /ended as skipped/],
    ["declares another number", ran({ report: { ...REPORT, number: 4 } }), /declares drill 4 instead of 3/],
    ["declares no drill", ran({ report: undefined }), /declares drill without a number instead of 3/],
    ["has another test that failed", { errors: [], tests: [PASSED, { ...PASSED, errors: ["no"] }] }, /^no$/],
  ])("whose file %s is failed, and says why", (_, file, why) => {
    const { outcome, failures } = resultOf(PLANNED, file);
    expect(outcome).toBe("failed");
    expect(failures).toEqual([expect.stringMatching(why)]);
  });

  it("that was not asked for is neither passed nor failed", () => {
    expect(notRun(PLANNED)).toMatchObject({ number: 3, title: "Store", outcome: "not run", failures: [] });
  });
});
