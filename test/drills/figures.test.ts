import { describe, expect, it } from "vitest";
import { Figures } from "./figures.ts";

describe("figures", () => {
  it("are kept as recorded, a bound only where there is one", () => {
    const figures = new Figures();
    figures.record("requests", 12);
    figures.record("gap", 3, "s", 10);
    expect(figures.all).toEqual([
      { name: "requests", value: 12, unit: "" },
      { name: "gap", value: 3, unit: "s", atMost: 10 },
    ]);
  });

  it.fails.each([11, Number.NaN, "many"])("fail the drill where %s is not within the bound", (value) => {
    new Figures().record("gap", value, "s", 10);
  });
});
