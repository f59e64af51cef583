import { z } from "zod";
import { NO_USAGE, type TokenUsage } from "./models.ts";

const count = z.int().nonnegative().nullish();

const usageSchema = z.object({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z.object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }).nullish(),
});

const messageSchema = z.object({ model: z.string().nullish(), usage: usageSchema });
const messageStartSchema = z.object({ message: messageSchema });
const messageDeltaSchema = z.object({ usage: usageSchema });
const errorSchema = z.object({ error: z.object({ type: z.string() }) });

/** What an answer of the Messages API said about itself. */
export interface ObservedAnswer {
  /** The model that answered, as the upstream named it. */
  readonly model?: string;
  readonly usage: TokenUsage;
}

/**
 * Later figures replace earlier ones, as in the stream; absent ones leave them. `message_delta` repeats cache writes as
 * a total without its split: what was known as written for an hour is part of it.
 */
function mergeUsage(before: TokenUsage, usage: z.output<typeof usageSchema>): TokenUsage {
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

/** Reads model and usage out of a JSON answer; undefined when it holds none. */
export function readAnswer(body: Buffer): ObservedAnswer | undefined {
  const parsed = messageSchema.safeParse(parseJson(body.toString()));
  if (!parsed.success) return undefined;
  const usage = mergeUsage(NO_USAGE, parsed.data.usage);
  return parsed.data.model ? { model: parsed.data.model, usage } : { usage };
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
          this.#usage = mergeUsage(this.#usage, message.usage);
        }
        break;
      }
      case "message_delta": {
        const usage = messageDeltaSchema.safeParse(eventData(event)).data?.usage;
        if (usage !== undefined) {
          this.#usage = mergeUsage(this.#usage, usage);
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
    const usage = { ...this.#usage, outputTokens };
    return this.#model === undefined ? { usage } : { model: this.#model, usage };
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
