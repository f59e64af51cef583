import type { HealthReadings, UpstreamAnswer } from "./ports.ts";

/** `unknown`: nothing happened that would tell. */
export type HealthState = "ok" | "degraded" | "failing" | "unknown";

export interface HealthPart {
  readonly name: string;
  readonly state: HealthState;
  /** 0 to 100; absent where nothing is known. */
  readonly score?: number;
  /** The reading behind it, in words. */
  readonly detail: string;
}

export interface HealthReport {
  /** That of the worst part: a chain is as good as its weakest link. */
  readonly score: number;
  readonly state: HealthState;
  readonly parts: readonly HealthPart[];
}

/** From here on up a part is ok, and from there on up degraded. */
const OK_SCORE = 75;
const DEGRADED_SCORE = 25;

/** Older answers of the upstream say nothing about now. */
const UPSTREAM_MEMORY_MS = 15 * 60_000;

/** A breaker opens after failures alone, but whether the upstream is well again nobody knows before its probe. */
const UNASKED_SCORE = DEGRADED_SCORE;

/** A faulty file changes nothing that is in force, but the next start will fail. */
const STALE_CONFIG_SCORE = 50;

/** Judges each part by itself, and all by the worst. */
export function judgeHealth(readings: HealthReadings, nowMs: number): HealthReport {
  const { store, upstream, memory, eventLoop, dataDisk, configFiles } = readings;
  const parts = [
    part("store", store.isUp ? 100 : 0, `${store.kind}, ${store.isUp ? "answers" : "does not answer"}`),
    judgeUpstream(upstream, nowMs),
    judgeShare("memory", memory.usedBytes, memory.limitBytes, { good: 0.7, bad: 0.95 }),
    part(
      "event-loop",
      scoreBetween(eventLoop.lagMs, { good: 50, bad: 500 }),
      `late by ${Math.round(eventLoop.lagMs)} ms`,
    ),
    ...(dataDisk === undefined ? [] : [judgeDisk(dataDisk)]),
    ...configFiles.map(({ file, isCurrent }) =>
      part(
        `config ${file}`,
        isCurrent ? 100 : STALE_CONFIG_SCORE,
        isCurrent ? "in force" : "the file is faulty; the last good one is in force",
      ),
    ),
  ];
  const score = Math.min(...parts.map((each) => each.score ?? 100));
  return { score, state: stateOf(score), parts };
}

function judgeUpstream({ simulated, lastAnswers }: HealthReadings["upstream"], nowMs: number): HealthPart {
  const name = "upstream";
  const recent = lastAnswers.filter(({ atMs }) => nowMs - atMs <= UPSTREAM_MEMORY_MS);
  // What an open breaker refused is no answer: nobody was asked.
  const answers = recent.filter(({ errorType }) => errorType !== "circuit_open");
  const unasked = recent.length - answers.length;
  const who = simulated ? "simulated Claude" : "Anthropic API";
  const refused = unasked === 0 ? "" : `, ${unasked} more not asked: breaker open`;
  if (recent.length === 0) return { name, state: "unknown", detail: `${who}, no answers in 15 min` };
  if (answers.length === 0) return part(name, UNASKED_SCORE, `${who}, ${unasked} not asked: breaker open`);
  const failed = answers.filter(({ errorType }) => errorType !== undefined);
  const score = Math.round((100 * (answers.length - failed.length)) / answers.length);
  return part(name, score, `${who}, ${describe(answers.length, failed)}${refused}`);
}

function describe(count: number, failed: readonly UpstreamAnswer[]): string {
  const latest = failed.reduce<UpstreamAnswer | undefined>(
    (last, answer) => (last === undefined || answer.atMs > last.atMs ? answer : last),
    undefined,
  );
  const last = latest === undefined ? "" : `, last ${latest.errorType} of ${latest.model}`;
  return `${failed.length} of the last ${count} answers failed${last}`;
}

function judgeDisk({ freeBytes, totalBytes }: NonNullable<HealthReadings["dataDisk"]>): HealthPart {
  return judgeShare("data-disk", totalBytes - freeBytes, totalBytes, { good: 0.8, bad: 0.98 });
}

interface Range {
  /** Up to here the score is 100. */
  readonly good: number;
  /** From here on it is 0. */
  readonly bad: number;
}

function judgeShare(name: string, used: number, total: number, range: Range): HealthPart {
  const share = total > 0 ? used / total : 1;
  const detail = `${Math.round(100 * share)} % of ${mebibytes(total)} used`;
  return part(name, scoreBetween(share, range), detail);
}

function scoreBetween(value: number, { good, bad }: Range): number {
  const score = (100 * (bad - value)) / (bad - good);
  return Math.round(Math.min(100, Math.max(0, score)));
}

const part = (name: string, score: number, detail: string): HealthPart => ({
  name,
  state: stateOf(score),
  score,
  detail,
});

function stateOf(score: number): HealthState {
  if (score >= OK_SCORE) return "ok";
  return score >= DEGRADED_SCORE ? "degraded" : "failing";
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MiB`;
