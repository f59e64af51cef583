import { Temporal } from "temporal-polyfill";

export const WINDOWS = ["day", "month"] as const;
export type WindowKind = (typeof WINDOWS)[number];

/** One day or month of the calendar in the configured time zone. */
export interface BudgetWindow {
  /** `day:2026-11-25` or `month:2026-11`. */
  readonly id: string;
  /** The first instant that is not part of it any more. */
  readonly endsAtMs: number;
}

export type BudgetWindows = Readonly<Record<WindowKind, BudgetWindow>>;

/**
 * The day and month that an instant belongs to. Days begin at local midnight, or where daylight saving leaves that out,
 * at the first instant of the day; so a day may have 23 to 25 hours.
 */
export function windowsAt(epochMs: number, timeZone: string): BudgetWindows {
  const day = Temporal.Instant.fromEpochMilliseconds(Math.floor(epochMs))
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  const month = day.with({ day: 1 });
  const startMs = (date: Temporal.PlainDate) => date.toZonedDateTime({ timeZone }).epochMilliseconds;
  return {
    day: { id: `day:${day}`, endsAtMs: startMs(day.add({ days: 1 })) },
    month: { id: `month:${day.toPlainYearMonth()}`, endsAtMs: startMs(month.add({ months: 1 })) },
  };
}

/** The same, worked out once a window. */
export class BudgetCalendar {
  readonly #nowMs: () => number;
  #timeZone = "";
  #windows: BudgetWindows | undefined;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  current(timeZone: string): BudgetWindows {
    const nowMs = this.#nowMs();
    const known = this.#windows;
    if (known !== undefined && timeZone === this.#timeZone && this.#covers(known, nowMs)) return known;
    this.#timeZone = timeZone;
    this.#windows = windowsAt(nowMs, timeZone);
    return this.#windows;
  }

  /** Also false after the clock was set back into an earlier day. */
  #covers({ day }: BudgetWindows, nowMs: number): boolean {
    const longestDayMs = 25 * 3_600_000;
    return nowMs < day.endsAtMs && nowMs >= day.endsAtMs - longestDayMs;
  }
}
