import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  ANSWER,
  BLOCK_START,
  beginStream,
  delta,
  event,
  MESSAGE_START,
  respondJson,
  type ScriptedUpstream,
  STREAM_END,
  startScriptedUpstream,
} from "../agent-runtime/scripted-upstream.ts";
import { type Load, type LoadOptions, startLoad } from "./load.ts";
import type { LoadCounts, StreamOutcome } from "./load-tally.ts";

let platform: ScriptedUpstream;

beforeEach(async () => {
  platform = await startScriptedUpstream();
});

afterEach(() => platform.close());

const QUIET: Omit<LoadOptions, "baseURL"> = {
  apiKey: "key",
  jsonPerSecond: 0,
  streams: 0,
  words: 2,
  pauseMs: 0,
  maxRetries: 0,
};
const start = (options: Partial<LoadOptions>) => startLoad({ ...QUIET, baseURL: platform.url, ...options });

const overloaded = { type: "error", error: { type: "overloaded_error", message: "full" } };
const answerTo = (body: Buffer) => ({
  ...ANSWER,
  content: [{ type: "text", text: `You said: ${JSON.parse(body.toString()).messages[0].content}` }],
});

/** Runs the load until the counts are as wanted. */
async function loadUntil(options: Partial<LoadOptions>, isEnough: (counts: LoadCounts) => boolean) {
  const load = start(options);
  await vi.waitUntil(() => isEnough(load.counts()), { timeout: 10_000, interval: 5 });
  return await load.stop();
}

/** The time of a load that begins nothing more stands still. */
function hasEnded(load: Load): boolean {
  const { elapsedMs } = load.counts();
  return load.counts().elapsedMs === elapsedMs;
}

describe("JSON requests", () => {
  it("are counted as ok when the answer is the one to their own prompt", async () => {
    platform.answerWith((response, { body }) => respondJson(response, 200, answerTo(body)));
    const { json, errors } = await loadUntil({ jsonPerSecond: 200 }, (counts) => counts.json.ok >= 3);
    expect(json).toMatchObject({ failed: 0, unfinished: 0, notSent: 0, ok: json.sent });
    expect(errors).toEqual({});
  });

  it("are counted as failed when somebody else's answer comes", async () => {
    const { json, errors } = await loadUntil({ jsonPerSecond: 200 }, (counts) => counts.json.failed >= 1);
    expect(json.ok).toBe(0);
    expect(errors).toEqual({ "wrong answer": json.failed });
  });

  it("are counted as failed only after the retries of the SDK, which are counted too", async () => {
    platform.answerWith((response, { headers, body }) =>
      headers["x-stainless-retry-count"] === "0"
        ? respondJson(response, 529, overloaded, { "retry-after-ms": "1" })
        : respondJson(response, 200, answerTo(body)),
    );
    const once = await loadUntil({ jsonPerSecond: 200, maxRetries: 1 }, ({ json }) => json.ok >= 1);
    expect(once.json.failed).toBe(0);
    expect(once.retries).toBe(once.json.sent);
  });

  it("are counted by the class of their error", async () => {
    platform.answerWith((response) => respondJson(response, 529, overloaded));
    const { json, errors } = await loadUntil({ jsonPerSecond: 200 }, (counts) => counts.json.failed >= 1);
    expect(errors).toEqual({ "529 overloaded_error": json.failed });
  });

  it("keep coming while none is answered, and are unfinished when the time to drain is over", async () => {
    platform.answerWith(() => undefined);
    const { json } = await loadUntil({ jsonPerSecond: 200, drainMs: 20 }, (counts) => counts.json.sent >= 5);
    expect(json).toMatchObject({ ok: 0, failed: 0, unfinished: json.sent });
    expect(json.longestGap.fromMs).toBe(0);
  });

  it("end after the longest run by themselves", async () => {
    platform.answerWith((response, { body }) => respondJson(response, 200, answerTo(body)));
    const load = start({ jsonPerSecond: 200, maxSeconds: 0.05 });
    await vi.waitUntil(() => hasEnded(load), { interval: 5 });
    const { json, elapsedMs } = await load.stop();
    expect(json.ok).toBe(json.sent);
    expect(elapsedMs).toBeGreaterThanOrEqual(49);
  });
});

describe("a stream", () => {
  const words = (...numbers: number[]) => numbers.map((number) => delta(`word${number} `)).join("");
  const opening = MESSAGE_START + BLOCK_START;

  it.each<[StreamOutcome, string, string[], string]>([
    ["complete", "every word and its end", [words(1, 2), STREAM_END], "end"],
    ["truncated", "a word less than asked for", [words(1), STREAM_END], "end"],
    ["truncated", "a word twice", [words(1, 1, 2), STREAM_END], "end"],
    ["truncated", "every word but no message_stop", [words(1, 2)], "end"],
    ["explicitError", "an error event", [words(1), event("error", overloaded)], "end"],
    ["brokenOff", "a connection that breaks", [words(1)], "destroy"],
  ])("is %s with %s", async (outcome, _, parts, end) => {
    platform.answerWith(async (response) => {
      beginStream(response, opening, ...parts);
      if (end === "end") response.end();
      else setImmediate(() => response.destroy());
    });
    const { streams } = await loadUntil({ streams: 1 }, (counts) => counts.streams[outcome] >= 1);
    expect(streams[outcome]).toBe(streams.started);
  });

  it("is refused when it gets an error status", async () => {
    platform.answerWith((response) => respondJson(response, 529, overloaded));
    const { streams, errors } = await loadUntil({ streams: 1 }, (counts) => counts.streams.refused >= 1);
    expect(streams.refused).toBe(streams.started);
    expect(errors).toEqual({ "529 overloaded_error": streams.refused });
  });

  it("is refused when nobody listens", async () => {
    await platform.close();
    const { errors } = await loadUntil({ streams: 1 }, (counts) => counts.streams.refused >= 1);
    expect(Object.keys(errors)).toEqual(["connection ECONNREFUSED"]);
  });

  it("is unfinished when it is silent until the time to drain is over", async () => {
    platform.answerWith((response) => beginStream(response, opening));
    const { streams } = await loadUntil({ streams: 2, drainMs: 20 }, (counts) => counts.streams.started >= 2);
    expect(streams.unfinished).toBe(streams.started);
  });

  it("belongs to the region that the header names", async () => {
    platform.answerWith((response) => {
      response.setHeader("x-claude-agent-region", "region-b");
      beginStream(response, opening, words(1, 2), STREAM_END);
      response.end();
    });
    const { byRegion } = await loadUntil({ streams: 1 }, (counts) => counts.streams.complete >= 1);
    expect(Object.keys(byRegion)).toEqual(["region-b"]);
  });
});
