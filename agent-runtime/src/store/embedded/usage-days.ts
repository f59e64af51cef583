import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Logger } from "../../log.ts";
import type { UsageRow, UsageStore } from "../contract.ts";
import { UsageSums, usageRowSchema } from "../usage-sums.ts";
import { SnapshotFile } from "./snapshot-file.ts";

const DAY_MS = 24 * 3600 * 1000;
const KEPT_DAYS = 400;
const FILE_NAME = /^(\d{4}-\d{2}-\d{2})\.json$/;
const daySchema = z.array(usageRowSchema).readonly();

interface Day {
  readonly sums: UsageSums;
  readonly file: SnapshotFile<readonly UsageRow[]> | undefined;
}

/** Usage in this process. With a folder each day has its own file, so that only the running one is written again. */
export class UsageDays implements UsageStore {
  readonly #days = new Map<string, Day>();
  readonly #folder: string | undefined;
  readonly #log: Logger;

  constructor(folder: string | undefined, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  add(row: UsageRow): void {
    const { sums, file } = this.#day(row.hour.slice(0, 10));
    sums.add(row);
    file?.changed();
  }

  async between(from: Date, to: Date): Promise<readonly UsageRow[]> {
    const rows: UsageRow[] = [];
    for (const date of await this.#datesBetween(from, to)) {
      for (const row of this.#day(date).sums.rows()) {
        const hourMs = Date.parse(row.hour);
        if (hourMs >= from.getTime() && hourMs < to.getTime()) rows.push({ ...row });
      }
    }
    return rows;
  }

  /** Writes what has changed. */
  async flush(): Promise<void> {
    await Promise.all([...this.#days.values()].map(({ file }) => file?.flush()));
  }

  /** Forgets days that are too old, and leaves to their files those that are over. */
  async sweep(nowMs = Date.now()): Promise<void> {
    const oldest = dateOf(nowMs - KEPT_DAYS * DAY_MS);
    const oldestInMemory = this.#folder === undefined ? oldest : dateOf(nowMs - DAY_MS);
    for (const [date, { file }] of this.#days) {
      if (date >= oldestInMemory) continue;
      await file?.flush();
      this.#days.delete(date);
    }
    const tooOld = (await this.#storedDates()).filter((date) => date < oldest);
    for (const date of tooOld) await rm(this.#fileOf(date), { force: true });
  }

  #day(date: string): Day {
    const known = this.#days.get(date);
    if (known !== undefined) return known;
    const sums = new UsageSums();
    const file = this.#openFile(date, sums);
    for (const row of file?.load() ?? []) sums.add(row);
    const day = { sums, file };
    this.#days.set(date, day);
    return day;
  }

  #openFile(date: string, sums: UsageSums): Day["file"] {
    if (this.#folder === undefined) return undefined;
    const file = this.#fileOf(date);
    return new SnapshotFile({ file, schema: daySchema, log: this.#log, content: () => sums.rows() });
  }

  async #datesBetween(from: Date, to: Date): Promise<string[]> {
    const dates = new Set([...this.#days.keys(), ...(await this.#storedDates())]);
    const [first, last] = [dateOf(from.getTime()), dateOf(to.getTime())];
    return [...dates].filter((date) => date >= first && date <= last).sort();
  }

  async #storedDates(): Promise<string[]> {
    if (this.#folder === undefined) return [];
    const names = await readdir(this.#folder).catch(() => []);
    return names.flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []);
  }

  #fileOf(date: string): string {
    return path.join(this.#folder ?? "", `${date}.json`);
  }
}

function dateOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
