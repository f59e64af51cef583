import Anthropic from "@anthropic-ai/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hello, type RunningGateway, startGateway } from "../running-gateway.ts";
import { ANSWER, respondJson, type ScriptedUpstream, startScriptedUpstream } from "../scripted-upstream.ts";
import { createRecordingClient, failureOf } from "./recording-client.ts";

let upstream: ScriptedUpstream;
let gateway: RunningGateway;
let recording: ReturnType<typeof createRecordingClient>;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
  gateway = await startGateway(upstream.url);
  recording = createRecordingClient(gateway);
});

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

const SOON = { "retry-after-ms": "1" };

/** Answers with an error until the client has tried `attempts` times, whatever stands between. */
function failUntil(attempts: number, status: number, headers: Record<string, string> = SOON): void {
  upstream.answerWith((response) => {
    if (recording.attempts.length >= attempts) respondJson(response, 200, ANSWER);
    else
      respondJson(response, status, { type: "error", error: { type: "api_error", message: "No" } }, headers);
  });
}

const failFor = (status: number, headers?: Record<string, string>) =>
  failUntil(Number.POSITIVE_INFINITY, status, headers);

/** Longer than the SDK waits on its own before its first retry: half a second. */
const LONG_MS = 900;

describe("the TypeScript SDK", () => {
  it.each([408, 409, 429, 500, 529])("tries again after %i and succeeds", async (status) => {
    failUntil(3, status);
    expect((await recording.client.messages.create(hello)).id).toBe(ANSWER.id);
    expect(recording.attempts).toHaveLength(3);
  });

  it("says how often it has tried, and sends the same bytes again", async () => {
    failUntil(2, 529);
    await recording.client.messages.create(hello);
    expect(recording.attempts.map(({ headers }) => headers.get("x-stainless-retry-count"))).toEqual([
      "0",
      "1",
    ]);
    expect(upstream.received.at(-1)?.body).toEqual(upstream.received[0]?.body);
  });

  it("gives up after as many retries as it was given", async () => {
    failFor(429);
    const failure = failureOf(recording.client.messages.create(hello, { maxRetries: 1 }));
    expect(await failure).toBeInstanceOf(Anthropic.RateLimitError);
    expect(recording.attempts).toHaveLength(2);
  });

  it("tries once when it may not retry", async () => {
    failFor(529);
    await failureOf(recording.client.messages.create(hello, { maxRetries: 0 }));
    expect(recording.attempts).toHaveLength(1);
  });

  it("never tries again after an error that is its own fault", async () => {
    failFor(400);
    expect(await failureOf(recording.client.messages.create(hello))).toBeInstanceOf(
      Anthropic.BadRequestError,
    );
    expect(recording.attempts).toHaveLength(1);
  });

  it("obeys when the upstream says not to try again", async () => {
    failFor(529, { "x-should-retry": "false" });
    await failureOf(recording.client.messages.create(hello));
    expect(recording.attempts).toHaveLength(1);
  });

  it("obeys when the upstream says to try again", async () => {
    failUntil(2, 400, { ...SOON, "x-should-retry": "true" });
    expect((await recording.client.messages.create(hello)).id).toBe(ANSWER.id);
    expect(recording.attempts).toHaveLength(2);
  });

  it.each([
    ["retry-after", "1"],
    ["retry-after-ms", String(LONG_MS)],
  ])("waits as long as %s says", async (header, value) => {
    failUntil(2, 429, { [header]: value });
    await recording.client.messages.create(hello);
    const [first, second] = recording.attempts;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(LONG_MS);
  });

  it("tries a stream again that has not begun", async () => {
    failUntil(2, 529);
    await recording.client.messages.create({ ...hello, stream: true });
    expect(recording.attempts).toHaveLength(2);
  });
});

describe("a client's own time-out", () => {
  beforeEach(() => upstream.answerWith(() => undefined));

  it("ends the call and lets go of the upstream", async () => {
    const failure = failureOf(recording.client.messages.create(hello, { timeout: 1000, maxRetries: 0 }));
    expect(await failure).toBeInstanceOf(Anthropic.APIConnectionTimeoutError);
    await upstream.closed[0];
    expect(upstream.received).toHaveLength(1);
  });

  it("is tried again like a failure", async () => {
    const failure = failureOf(recording.client.messages.create(hello, { timeout: 100, maxRetries: 1 }));
    expect(await failure).toBeInstanceOf(Anthropic.APIConnectionTimeoutError);
    expect(recording.attempts).toHaveLength(2);
  });
});
