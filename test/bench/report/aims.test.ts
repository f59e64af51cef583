import { describe, expect, it } from "vitest";
import { judgeAims } from "../../../bench/report/aims.ts";
import type { Row, ScenarioResult } from "../../../bench/report/model.ts";
import { spreadOf } from "../../../bench/statistics.ts";

function measured(arm: string, values: Record<string, number>, caseName?: string): Row {
  const figures = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, spreadOf([value])] as const),
  );
  return {
    arm,
    outcome: { kind: "measured", figures },
    ...(caseName === undefined ? {} : { case: caseName }),
  };
}

const scenario = (name: string, rows: Row[]): ScenarioResult => ({
  name,
  title: name,
  method: "",
  metrics: [],
  rows,
});

const verdictOn = (aim: string, scenarios: ScenarioResult[]) =>
  judgeAims(scenarios).find((each) => each.aim === aim);

describe("judgeAims", () => {
  const EMBEDDED_P50 = "added p50 compared with bare, embedded store";
  const latencyOf = (ours: number, bare: number) => [
    scenario("latency", [measured("ours", { addedP50Ms: ours }), measured("bare", { addedP50Ms: bare })]),
  ];

  it("meets a ratio at its limit", () => {
    expect(verdictOn(EMBEDDED_P50, latencyOf(1.6, 1))).toEqual({
      aim: EMBEDDED_P50,
      limit: "≤ 1.6×",
      measured: "1.60×",
      verdict: "met",
    });
  });

  it("says by which factor a ratio is beyond its limit", () => {
    const result = verdictOn(EMBEDDED_P50, latencyOf(3.2, 1));
    expect(result).toMatchObject({ measured: "3.20×", verdict: "missed", missedByFactor: 2 });
  });

  it("tells no ratio to an added time of nothing", () => {
    expect(verdictOn(EMBEDDED_P50, latencyOf(1, 0))?.verdict).toBe("not measured");
  });

  it("counts the factor of a figure that is too low the other way round", () => {
    const rows = [measured("ours", { perSecond: 4_000 }), measured("portkey", { perSecond: 1_000 })];
    const result = verdictOn("throughput compared with Portkey's", [scenario("throughput", rows)]);
    expect(result).toMatchObject({ measured: "4.00×", verdict: "missed", missedByFactor: 1.25 });
  });

  it("looks at the case of a thousand streams", () => {
    const rows = [
      measured("ours", { cleanPercent: 100 }, "100 streams"),
      measured("ours", { cleanPercent: 99.5 }, "1000 streams"),
    ];
    const result = verdictOn("clean streams of 1,000 at once, ours", [scenario("streams", rows)]);
    expect(result).toMatchObject({ measured: "99.50 %", verdict: "missed" });
  });

  it("compares memory by its difference", () => {
    const rows = [measured("ours", { loadedMiB: 200 }), measured("bare", { loadedMiB: 150 })];
    const result = verdictOn("memory under load beyond that of bare", [scenario("memory", rows)]);
    expect(result).toMatchObject({ measured: "50 MiB", verdict: "met" });
  });

  it("leaves nothing out where nothing was measured", () => {
    const verdicts = judgeAims([]).map(({ verdict }) => verdict);
    expect(verdicts.length).toBeGreaterThan(10);
    expect(new Set(verdicts)).toEqual(new Set(["not measured"]));
  });
});
