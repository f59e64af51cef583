import { z } from "zod";
import type { UsageRow, UsageStore } from "../contract.ts";
import { UsageSums } from "../usage-sums.ts";
import { USAGE_FIGURES, usageMessage } from "./ledger-message.ts";
import { KEY_TAG } from "./ledger-script.ts";
import type { OperationSender } from "./operation-sender.ts";
import { pairsOf } from "./replies.ts";
import type { StoreLink } from "./store-link.ts";
import type { RedisTimings } from "./timings.ts";
import { within } from "./within.ts";

const HOUR_MS = 3600 * 1000;
const HOURS_AT_ONCE = 500;

const rowKeySchema = z.tuple([z.string(), z.string(), z.string()]);
const figureSchema = z.enum(USAGE_FIGURES);

interface RedisUsageOptions {
  readonly link: StoreLink;
  readonly operations: OperationSender;
  readonly timings: RedisTimings;
}

/** Usage of all processes. What this one adds is summed up and sent once a second, as one numbered operation. */
export class RedisUsage implements UsageStore {
  readonly #options: RedisUsageOptions;
  readonly #timer: NodeJS.Timeout;
  #pending = new UsageSums();

  constructor(options: RedisUsageOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#sendIfUp(), options.timings.usageMs).unref();
  }

  add(row: UsageRow): void {
    this.#pending.add(row);
  }

  async between(from: Date, to: Date): Promise<readonly UsageRow[]> {
    const hours = hoursBetween(from, to);
    const rows: UsageRow[] = [];
    for (let at = 0; at < hours.length; at += HOURS_AT_ONCE) {
      rows.push(...(await this.#read(hours.slice(at, at + HOURS_AT_ONCE))));
    }
    return rows;
  }

  /** Sends what was added last. */
  stop(): void {
    clearInterval(this.#timer);
    this.#send();
  }

  #sendIfUp(): void {
    // Until the store is back, sums take less room than what would be sent.
    if (this.#options.link.session !== undefined) this.#send();
  }

  #send(): void {
    if (this.#pending.size === 0) return;
    const rows = this.#pending.rows();
    this.#pending = new UsageSums();
    this.#options.operations.record("usage", (sender) => usageMessage(sender, rows));
  }

  async #read(hours: readonly string[]): Promise<UsageRow[]> {
    const { link, timings } = this.#options;
    const { general } = await link.ready();
    const replies = hours.map((hour) => general.send(["HGETALL", `${KEY_TAG}:usage:${hour}`]));
    const found = await within(Promise.all(replies), 5 * timings.commandMs);
    return found.flatMap((reply, index) => rowsOf(hours[index] ?? "", reply));
  }
}

function hoursBetween(from: Date, to: Date): string[] {
  const hours: string[] = [];
  for (let ms = Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS; ms < to.getTime(); ms += HOUR_MS) {
    hours.push(new Date(ms).toISOString());
  }
  return hours;
}

function rowsOf(hour: string, reply: unknown): readonly UsageRow[] {
  const sums = new UsageSums();
  for (const [field, value] of pairsOf(reply)) {
    const [, name, key = ""] = /^(\w+):(.*)$/s.exec(field) ?? [];
    const figure = figureSchema.safeParse(name);
    if (!figure.success) continue;
    const [tenant, agent, model] = rowKeySchema.parse(JSON.parse(key));
    const figures = { ...NO_USAGE, [figure.data]: Number(value) };
    sums.add({ hour, tenant, agent, model, ...figures });
  }
  return sums.rows();
}

const NO_USAGE = {
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costNanoUsd: 0,
} as const satisfies Partial<UsageRow>;
