import { describe, expect, it } from "vitest";
import { busyPercent } from "../../../bench/report/machine-load.ts";

const stat = (...ticks: number[]) => `cpu  ${ticks.join(" ")}\ncpu0 1 2 3 4\n`;

describe("busyPercent", () => {
  it("counts idling and waiting for disks as not busy", () => {
    const before = stat(100, 0, 100, 700, 100, 0, 0, 0);
    const after = stat(120, 0, 105, 760, 115, 0, 0, 0);
    expect(busyPercent(before, after)).toBe(25);
  });

  it("is nothing where no time has passed", () => {
    expect(busyPercent(stat(1, 2, 3, 4), stat(1, 2, 3, 4))).toBe(0);
  });
});
