import { describe, expect, it } from "vitest";
import { growthOf, judge, NAMES, type StackReport } from "../../../bench/stack/aims.ts";
import { renderStackReport } from "../../../bench/stack/render.ts";
import { spreadOf } from "../../../bench/statistics.ts";

const evaluation = (name: string, resources: number, programMs: number, loadsAws = false) => ({
  name,
  resources,
  importMs: spreadOf([200]),
  programMs: spreadOf([programMs]),
  loadsAws,
});

const operation = (name: string, wallMs: number, resources = 150) => ({
  name,
  resources,
  wallMs: spreadOf([wallMs]),
});

const REPORT: StackReport = {
  date: "2026-11-25T00:00:00.000Z",
  commit: "0123456789ab",
  machine: "2 cores",
  machineLoadPercent: 1,
  evaluations: [
    evaluation(NAMES.prod, 150, 400, true),
    evaluation(NAMES.regions(1), 40, 80),
    evaluation(NAMES.regions(10), 400, 600),
  ],
  operations: [
    operation(NAMES.bare("prod"), 4000),
    operation(NAMES.preview("prod"), 4600),
    operation(NAMES.floor, 1500, 1),
  ],
};

const verdicts = (report: StackReport) => judge(report).map(({ measured, isMet }) => [measured, isMet]);

describe("the aims of the stack's bench", () => {
  it("are met by a report within them", () => {
    expect(verdicts(REPORT)).toEqual([
      ["4600 ms", true],
      ["400 ms", true],
      ["4.00 ms", false],
      ["0.75 ×", true],
      ["not loaded", true],
    ]);
  });

  it("are missed beyond them", () => {
    const operations = [operation(NAMES.bare("prod"), 5000), operation(NAMES.preview("prod"), 5001)];
    const evaluations = [evaluation(NAMES.prod, 150, 501), evaluation(NAMES.regions(1), 40, 80, true)];
    expect(verdicts({ ...REPORT, operations, evaluations })).toEqual([
      ["5001 ms", false],
      ["501 ms", false],
      ["0.01 ms", true],
      ["not measured", false],
      ["loaded", false],
    ]);
  });

  it("are not met by what was not measured", () => {
    const [preview] = judge({ ...REPORT, operations: [] });
    expect(preview).toMatchObject({ measured: "not measured", isMet: false });
  });

  it("call growth linear by the time a resource, whatever begins only once", () => {
    expect(growthOf([evaluation("a", 10, 100), evaluation("b", 100, 500)])).toBe(0.5);
    expect(growthOf([evaluation("a", 10, 10), evaluation("b", 100, 200)])).toBe(2);
  });
});

it("the report shows every figure and verdict", () => {
  const text = renderStackReport(REPORT);
  expect(text).toContain("| preview of prod with policies | ≤ 5000 ms | 4600 ms | met |");
  expect(text).toContain("| policies, a resource | ≤ 2.00 ms | 4.00 ms | missed |");
  expect(text).toContain("| prod | 150 | 200 | 400 | 2.67 | yes |");
});
