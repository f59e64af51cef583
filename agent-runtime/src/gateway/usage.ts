import { z } from "zod";
import { NO_USAGE, type PriceModifiers, type TokenUsage } from "./models.ts";

const count = z.int().nonnegative().nullish();

const name = z.string().nullish();

const usageSchema = z.object({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z.object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }).nullish(),
  server_tool_use: z.object({ web_search_requests: count }).nullish(),
  service_tier: name,
  inference_geo: name,
  speed: name,
});

type ReportedUsage = z.output<typeof usageSchema>;

const messageSchema = z.object({ model: z.string().nullish(), usage: usageSchema });
const messageStartSchema = z.object({ message: messageSchema });
const messageDeltaSchema = z.object({ usage: usageSchema });
const errorSchema = z.object({ error: z.object({ type: z.string() }) });

/** What an answer of the Messages API said about itself. */
export interface ObservedAnswer {
  /** The model that answered, as the upstream named it. */
  readonly model?: string;
  readonly usage: TokenUsage;
  readonly modifiers: PriceModifiers;
}

const NO_MODIFIERS: PriceModifiers = {};

/**
 * Later figures replace earlier ones, as in the stream; absent ones leave them. `message_delta` repeats cache writes as
 * a total without its split: what was known as written for an hour is part of it.
 */
function mergeUsage(before: TokenUsage, usage: ReportedUsage): TokenUsage {
  const write1h = usage.cache_creation?.ephemeral_1h_input_tokens ?? before.cacheWrite1hTokens;
  const total = usage.cache_creation_input_tokens ?? before.cacheWrite5mTokens + before.cacheWrite1hTokens;
  const write5m = usage.cache_creation?.ephemeral_5m_input_tokens ?? Math.max(0, total - write1h);
  return {
    inputTokens: usage.input_tokens ?? before.inputTokens,
    outputTokens: usage.output_tokens ?? before.outputTokens,
    cacheReadTokens: usage.cache_read_input_tokens ?? before.cacheReadTokens,
    cacheWrite5mTokens: write5m,
    cacheWrite1hTokens: write1h,
  };
}

function mergeModifiers(before: PriceModifiers, usage: ReportedUsage): PriceModifiers {
  const { service_tier: serviceTier, inference_geo: inferenceGeo, speed, server_tool_use: tools } = usage;
  return {
    ...before,
    ...(serviceTier ? { serviceTier } : {}),
    ...(inferenceGeo ? { inferenceGeo } : {}),
    ...(speed ? { speed } : {}),
    ...(tools?.web_search_requests ? { webSearches: tools.web_search_requests } : {}),
  };
}

/** Reads model and usage out of a JSON answer; undefined when it holds none. */
export function readAnswer(body: Buffer): ObservedAnswer | undefined {
  const parsed = messageSchema.safeParse(parseJson(body.toString()));
  if (!parsed.success) return undefined;
  const answer = {
    usage: mergeUsage(NO_USAGE, parsed.data.usage),
    modifiers: mergeModifiers(NO_MODIFIERS, parsed.data.usage),
  };
  return parsed.data.model ? { model: parsed.data.model, ...answer } : answer;
}

/** Reads the error type out of a JSON error answer. */
export function readErrorType(body: Buffer): string | undefined {
  return errorSchema.safeParse(parseJson(body.toString())).data?.error.type;
}

const EVENT_NAME = /^[\r\n]*event: ?([a-z_]+)[\r\n]/;
const DATA_LINE = /^data: ?(.*)$/m;
const LONGEST_EVENT_NAME_LINE = 64;

/** Bytes of a text delta event around its text: event line, type, index and delta type. Other deltas have no fewer. */
const DELTA_ENVELOPE_BYTES = 115;

/** Fewer bytes than a token has on average, so that an estimate errs upwards. */
const BYTES_PER_TOKEN = 3;

/**
 * Watches a stream's events go by for what the gateway must know: model, usage, and whether the stream ended by itself.
 * Parses only the events that carry it.
 */
export class AnswerObserver {
  #model: string | undefined;
  #usage: TokenUsage = NO_USAGE;
  #modifiers: PriceModifiers = NO_MODIFIERS;
  #estimatedOutputTokens = 0;
  #hasFinalUsage = false;
  #errorType: string | undefined;
  #isComplete = false;

  observe(event: Buffer): void {
    const name = EVENT_NAME.exec(event.toString("latin1", 0, LONGEST_EVENT_NAME_LINE))?.[1];
    switch (name) {
      case "content_block_delta":
        this.#estimatedOutputTokens += estimateTokens(event.length - DELTA_ENVELOPE_BYTES);
        break;
      case "message_start": {
        const message = messageStartSchema.safeParse(eventData(event)).data?.message;
        if (message !== undefined) {
          this.#model = message.model ?? undefined;
          this.#merge(message.usage);
        }
        break;
      }
      case "message_delta": {
        const usage = messageDeltaSchema.safeParse(eventData(event)).data?.usage;
        if (usage !== undefined) {
          this.#merge(usage);
          this.#hasFinalUsage = true;
        }
        break;
      }
      case "message_stop":
        this.#isComplete = true;
        break;
      case "error":
        this.#errorType = errorSchema.safeParse(eventData(event)).data?.error.type ?? "unknown";
        break;
    }
  }

  #merge(usage: ReportedUsage): void {
    this.#usage = mergeUsage(this.#usage, usage);
    this.#modifiers = mergeModifiers(this.#modifiers, usage);
  }

  /** Whether the stream reached its regular end. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Type of the error that the upstream itself put into the stream. */
  get errorType(): string | undefined {
    return this.#errorType;
  }

  /**
   * Model and usage so far. The final output figure arrives with the stream's end; until then it is estimated from the
   * deltas seen, rounded up.
   */
  get answer(): ObservedAnswer {
    const outputTokens = this.#hasFinalUsage
      ? this.#usage.outputTokens
      : Math.max(this.#usage.outputTokens, this.#estimatedOutputTokens);
    const answer = { usage: { ...this.#usage, outputTokens }, modifiers: this.#modifiers };
    return this.#model === undefined ? answer : { model: this.#model, ...answer };
  }
}

const estimateTokens = (bytes: number) => Math.max(1, Math.ceil(bytes / BYTES_PER_TOKEN));

function eventData(event: Buffer): unknown {
  return parseJson(DATA_LINE.exec(event.toString())?.[1] ?? "");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
