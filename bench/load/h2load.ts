import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { BenchContext } from "../bench-context.ts";
import { percentile } from "../statistics.ts";

export interface LoadOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyFile: string;
  /** Connections, each with one request at a time. */
  readonly concurrency: number;
  readonly seconds: number;
  /** Of each connection; unbounded when absent. */
  readonly requestsPerSecond?: number;
}

export interface LoadResult {
  readonly answered: number;
  /** Answers of another status than 200. */
  readonly failed: number;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Time that the driver gets beyond the load itself before it is taken for stuck. */
const MARGIN_MS = 20_000;

/**
 * Loads a gateway with one and the same request from a process of its own. h2load costs a request a tenth of what a
 * driver in Node would, and writes down the microseconds of every single one.
 *
 * @throws Error when nothing was answered
 */
export async function runLoad(bench: BenchContext, options: LoadOptions): Promise<LoadResult> {
  const logFile = path.join(bench.folder, `${randomUUID()}.load`);
  try {
    const { stdout } = await execa(bench.tools.h2load, h2loadArguments(options, logFile), {
      cancelSignal: bench.signal,
      timeout: options.seconds * 1000 + MARGIN_MS,
      stdin: "ignore",
    });
    const result = summarise(parseRequestLog(await readFile(logFile, "utf8")), options.seconds);
    if (result.answered > 0) return result;
    throw new Error(`no request was answered: ${/requests: .*/.exec(stdout)?.[0] ?? "no summary"}`);
  } finally {
    await rm(logFile, { force: true });
  }
}

export function h2loadArguments(options: LoadOptions, logFile: string): string[] {
  const { url, headers, bodyFile, concurrency, seconds, requestsPerSecond } = options;
  const all = { "content-type": "application/json", "anthropic-version": "2023-06-01", ...headers };
  return [
    "--h1",
    `--clients=${concurrency}`,
    "--threads=1",
    `--duration=${Math.round(seconds * 1000)}ms`,
    ...(requestsPerSecond === undefined ? [] : [`--rps=${requestsPerSecond}`]),
    `--data=${bodyFile}`,
    `--log-file=${logFile}`,
    ...Object.entries(all).map(([name, value]) => `--header=${name}: ${value}`),
    `${url}/v1/messages`,
  ];
}

interface LoggedRequest {
  readonly status: number;
  readonly durationUs: number;
}

/** Lines of start, status and duration, the times in microseconds. */
export function parseRequestLog(text: string): LoggedRequest[] {
  return text.split("\n").flatMap((line) => {
    if (line === "") return [];
    const [, status, durationUs] = line.split("\t");
    return [{ status: Number(status), durationUs: Number(durationUs) }];
  });
}

/** Times are those of good answers: a refusal is quick. */
export function summarise(requests: readonly LoggedRequest[], seconds: number): LoadResult {
  const good = requests.filter(({ status }) => status === 200);
  const durations = Float64Array.from(good, ({ durationUs }) => durationUs).sort();
  return {
    answered: good.length,
    failed: requests.length - good.length,
    perSecond: good.length / seconds,
    p50Us: percentile(durations, 0.5),
    p99Us: percentile(durations, 0.99),
  };
}
