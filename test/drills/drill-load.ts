import type { Figures } from "./drill.ts";
import type { DrillEnvironment } from "./drill-environment.ts";
import { type Load, type LoadOptions, startLoad } from "./load.ts";
import type { LoadCounts } from "./load-tally.ts";

/** Load of most drills: a little of everything, through the front door. */
const USUAL = { jsonPerSecond: 20, streams: 6, words: 100, pauseMs: 50, maxRetries: 2 };

export function loadOn({ gateway }: DrillEnvironment, more: Partial<LoadOptions> = {}): Load {
  return startLoad({ baseURL: gateway.url, apiKey: gateway.apiKey, ...USUAL, ...more });
}

/** What a load went through, as figures of a drill. */
export function recordLoad(figures: Figures, { json, streams, retries, errors }: LoadCounts): void {
  figures.record("JSON requests", json.sent);
  figures.record("JSON requests failed after the SDK's retries", json.failed);
  figures.record("retries by the SDK", retries);
  figures.record("longest gap between JSON answers", Math.round(json.longestGap.ms), "ms");
  figures.record("p95 of JSON answers", Math.round(json.p95Ms), "ms");
  figures.record("streams", streams.started);
  figures.record("streams complete", streams.complete);
  figures.record("streams ended by an explicit error", streams.explicitError + streams.refused);
  figures.record("streams cut without a word", streams.truncated + streams.brokenOff);
  for (const [error, count] of Object.entries(errors)) figures.record(`errors: ${error}`, count);
}
