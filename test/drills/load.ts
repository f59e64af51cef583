/**
 * Load for drills: JSON requests at a fixed rate and a fixed number of open streams, by the official SDK.
 *
 *   const load = startLoad({ baseURL, apiKey, jsonPerSecond: 20, streams: 4, words: 100, pauseMs: 50, maxRetries: 2 });
 *   // ... the fault ...
 *   const { json, streams } = await load.stop();
 */
import { setTimeout as sleep } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import { HEADERS } from "../../agent-runtime/src/contract.ts";
import { classifyFailure } from "./failure-class.ts";
import { type LoadCounts, LoadTally, type StreamOutcome } from "./load-tally.ts";

export interface LoadOptions {
  readonly baseURL: string;
  readonly apiKey: string;
  /** JSON requests begun per second, however slow their answers are. */
  readonly jsonPerSecond: number;
  /** Streams that are open at any time: where one ends the next begins. */
  readonly streams: number;
  /** Words of each stream, and the pause before each of them. */
  readonly words: number;
  readonly pauseMs: number;
  /** How often the SDK may try a request again by itself. Its own default is 2. */
  readonly maxRetries: number;
  /** Longest wait for an answer to begin, for each attempt. Default: 30 s. */
  readonly timeoutMs?: number;
  /** Nothing is begun after this time, whether `stop` was called or not. Default: 15 min. */
  readonly maxSeconds?: number;
  /** How long `stop` lets what is in flight end. Default: 60 s. */
  readonly drainMs?: number;
}

export interface Load {
  /** What has been counted so far. */
  counts(): LoadCounts;
  /** Begins nothing new, lets what is in flight end, and returns all counts. */
  stop(): Promise<LoadCounts>;
}

const MODEL = "claude-haiku-5-5";
/** A request begins at most this late, unless the process is busy. */
const TICK_MS = 2;
/** Below the usual limit of 1024 open files: sockets that the client lacks are no fault of the platform. */
const MAX_IN_FLIGHT = 800;
/** After a stream that did not end well, so that a dead platform is not asked in a tight loop. */
const PAUSE_AFTER_FAILURE_MS = 250;

export function startLoad(options: LoadOptions): Load {
  return new RunningLoad(options);
}

class RunningLoad implements Load {
  readonly #options: LoadOptions;
  readonly #client: Anthropic;
  readonly #tally = new LoadTally();
  readonly #startedMs = performance.now();
  readonly #stopped = new AbortController();
  readonly #givenUp = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #arrivals: NodeJS.Timeout;
  readonly #limit: NodeJS.Timeout;
  #endMs: number | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#client = this.#createClient();
    this.#arrivals = this.#startArrivals();
    for (let slot = 0; slot < options.streams; slot++) this.#track(this.#keepStreaming(slot));
    this.#limit = setTimeout(() => this.#endArrivals(), (options.maxSeconds ?? 900) * 1000);
  }

  counts(): LoadCounts {
    return this.#tally.counts(this.#endMs ?? this.#nowMs());
  }

  async stop(): Promise<LoadCounts> {
    this.#endArrivals();
    const drained = Promise.allSettled(this.#inFlight);
    const waited = new AbortController();
    const drainMs = this.#options.drainMs ?? 60_000;
    const timeIsUp = sleep(drainMs, undefined, { signal: waited.signal }).catch(() => undefined);
    await Promise.race([drained, timeIsUp]);
    waited.abort();
    this.#givenUp.abort();
    await drained;
    return this.counts();
  }

  #nowMs(): number {
    return performance.now() - this.#startedMs;
  }

  #endArrivals(): void {
    this.#endMs ??= this.#nowMs();
    clearInterval(this.#arrivals);
    clearTimeout(this.#limit);
    this.#stopped.abort();
  }

  #createClient(): Anthropic {
    const { baseURL, apiKey, maxRetries, timeoutMs = 30_000 } = this.#options;
    const countRetries: typeof fetch = (input, init) => {
      const attempt = new Headers(init?.headers).get("x-stainless-retry-count");
      if (Number(attempt) > 0) this.#tally.retried();
      return fetch(input, init);
    };
    return new Anthropic({
      baseURL,
      apiKey,
      authToken: null,
      maxRetries,
      timeout: timeoutMs,
      logLevel: "off",
      fetch: countRetries,
    });
  }

  /** Keeps to the timetable: what a busy moment has delayed is begun late, all of it, and its latency says so. */
  #startArrivals(): NodeJS.Timeout {
    const intervalMs = 1000 / this.#options.jsonPerSecond;
    let begun = 0;
    const beginWhatIsDue = () => {
      for (; begun * intervalMs <= this.#nowMs(); begun++) {
        if (this.#inFlight.size < MAX_IN_FLIGHT) this.#track(this.#ask(begun, begun * intervalMs));
        else this.#tally.jsonNotSent();
      }
    };
    return setInterval(beginWhatIsDue, TICK_MS);
  }

  #track(work: Promise<void>): void {
    this.#inFlight.add(work);
    void work.finally(() => this.#inFlight.delete(work));
  }

  async #ask(number: number, dueMs: number): Promise<void> {
    const prompt = `load ${number}`;
    this.#tally.jsonSent();
    try {
      const { data, response } = await this.#client.messages
        .create(requestOf(prompt), { signal: this.#givenUp.signal })
        .withResponse();
      const [block] = data.content;
      if (block?.type === "text" && block.text.includes(prompt)) {
        this.#tally.jsonOk(dueMs, this.#nowMs(), response.headers.get(HEADERS.region));
      } else {
        this.#tally.jsonFailed(this.#nowMs(), "wrong answer");
      }
    } catch (thrown) {
      if (this.#givenUp.signal.aborted) this.#tally.jsonUnfinished();
      else this.#tally.jsonFailed(this.#nowMs(), classifyFailure(thrown));
    }
  }

  /** The first streams begin apart from each other, so that they are in different places when something happens. */
  async #keepStreaming(slot: number): Promise<void> {
    const { words, pauseMs, streams } = this.#options;
    const { signal } = this.#stopped;
    const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);
    await pause((slot * words * pauseMs) / streams);
    for (let number = 0; !signal.aborted; number++) {
      const outcome = await this.#stream(`stream ${slot}.${number}`);
      if (outcome !== "complete") await pause(PAUSE_AFTER_FAILURE_MS);
    }
  }

  async #stream(name: string): Promise<StreamOutcome> {
    this.#tally.streamStarted();
    let region: string | null = null;
    let hasBegun = false;
    const end = (outcome: StreamOutcome, error?: string) => {
      this.#tally.streamEnded(outcome, this.#nowMs(), region, error);
      return outcome;
    };
    try {
      const { data, response } = await this.#openStream(name);
      hasBegun = true;
      region = response.headers.get(HEADERS.region);
      const isWhole = await readStream(data, this.#options.words);
      if (this.#givenUp.signal.aborted) return end("unfinished");
      return isWhole ? end("complete") : end("truncated", "truncated stream");
    } catch (thrown) {
      if (this.#givenUp.signal.aborted) return end("unfinished");
      return end(hasBegun ? outcomeOf(thrown) : "refused", classifyFailure(thrown));
    }
  }

  #openStream(name: string) {
    const { words, pauseMs } = this.#options;
    const prompt = `[simulate words=${words} pause-ms=${pauseMs}] ${name}`;
    return this.#client.messages
      .create({ ...requestOf(prompt, words), stream: true }, { signal: this.#givenUp.signal })
      .withResponse();
  }
}

function requestOf(prompt: string, maxTokens = 100): Anthropic.MessageCreateParamsNonStreaming {
  return { model: MODEL, max_tokens: maxTokens, messages: [{ role: "user", content: prompt }] };
}

/** Whether the stream gave the simulated Claude's words, each once and in order, and then ended with `message_stop`. */
async function readStream(stream: AsyncIterable<Anthropic.RawMessageStreamEvent>, words: number) {
  let text = "";
  let last: string | undefined;
  for await (const event of stream) {
    last = event.type;
    if (event.type === "content_block_delta" && event.delta.type === "text_delta") text += event.delta.text;
  }
  return last === "message_stop" && text === simulatedText(words);
}

/** What the simulated Claude says to `[simulate words=N]`. */
function simulatedText(words: number): string {
  return Array.from({ length: words }, (_, index) => `word${index + 1} `).join("");
}

/** The SDK throws an `APIError` without status for an `error` event, and passes on what `fetch` throws. */
function outcomeOf(thrown: unknown): StreamOutcome {
  const isEvent = thrown instanceof Anthropic.APIError && !(thrown instanceof Anthropic.APIConnectionError);
  return isEvent ? "explicitError" : "brokenOff";
}
