import { describe, expect, it } from "vitest";
import { BudgetCalendar, windowsAt } from "../../../agent-runtime/src/limits/windows.ts";

const at = (iso: string) => Date.parse(iso);
const HOUR_MS = 3_600_000;

describe("the windows of a budget", () => {
  it("begin and end at midnight of the configured time zone", () => {
    const { day, month } = windowsAt(at("2026-11-25T23:30:00Z"), "Europe/Berlin");
    expect(day).toEqual({ id: "day:2026-11-26", endsAtMs: at("2026-11-26T23:00:00Z") });
    expect(month).toEqual({ id: "month:2026-11", endsAtMs: at("2026-11-30T23:00:00Z") });
  });

  it.each([
    ["spring, when a day has 23 hours", "2026-03-29T10:00:00Z", 23],
    ["autumn, when a day has 25 hours", "2026-10-25T10:00:00Z", 25],
  ])("fault 45: keep to local midnight in %s", (_when, instant, hours) => {
    const { day } = windowsAt(at(instant), "Europe/Berlin");
    const { day: before } = windowsAt(at(instant) - 24 * HOUR_MS, "Europe/Berlin");
    expect((day.endsAtMs - before.endsAtMs) / HOUR_MS).toBe(hours);
  });

  it("begin at the first instant of a day that has no midnight", () => {
    const { day } = windowsAt(at("2026-09-05T12:00:00Z"), "America/Santiago");
    expect(day.id).toBe("day:2026-09-05");
    expect(new Date(day.endsAtMs).toISOString()).toBe("2026-09-06T04:00:00.000Z");
  });

  it("cross the end of a year", () => {
    const { month } = windowsAt(at("2026-12-31T12:00:00Z"), "UTC");
    expect(month).toEqual({ id: "month:2026-12", endsAtMs: at("2027-01-01T00:00:00Z") });
  });
});

describe("the calendar", () => {
  it("works a window out once, and anew when it has ended or the time zone changed", () => {
    let now = at("2026-11-25T10:00:00Z");
    const calendar = new BudgetCalendar(() => now);
    const first = calendar.current("UTC");
    now = at("2026-11-25T23:59:59Z");
    expect(calendar.current("UTC")).toBe(first);
    now = at("2026-11-26T00:00:00Z");
    expect(calendar.current("UTC").day.id).toBe("day:2026-11-26");
    expect(calendar.current("Asia/Tokyo").day.id).toBe("day:2026-11-26");
  });

  it("fault 45: follows a clock that is set back by a day", () => {
    let now = at("2026-11-26T01:00:00Z");
    const calendar = new BudgetCalendar(() => now);
    expect(calendar.current("UTC").day.id).toBe("day:2026-11-26");
    now -= 48 * HOUR_MS;
    expect(calendar.current("UTC").day.id).toBe("day:2026-11-24");
  });
});
