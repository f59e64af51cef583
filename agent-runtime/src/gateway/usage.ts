import { z } from "zod";
import { NO_USAGE, type PriceModifiers, type TokenUsage } from "./models.ts";
import { mergeModifiers, mergeUsage, type ReportedUsage, tells, usageSchema } from "./reported-usage.ts";

const messageSchema = z.object({ model: z.string().nullish().catch(undefined), usage: usageSchema });
const messageStartSchema = z.object({ message: messageSchema });
const messageDeltaSchema = z.object({ usage: usageSchema });
const errorSchema = z.object({ error: z.object({ type: z.string() }) });

/** What an answer of the Messages API said about itself. */
export interface ObservedAnswer {
  /** The model that answered, as the upstream named it. */
  readonly model?: string;
  readonly usage: TokenUsage;
  readonly modifiers: PriceModifiers;
  /** How far the usage can be believed: to the last token, in its input alone (output is estimated), or not at all. */
  readonly known: "all" | "input" | "nothing";
}

const NO_MODIFIERS: PriceModifiers = {};

/** Reads model and usage out of a JSON answer; undefined when it holds none. */
export function readAnswer(body: Buffer): ObservedAnswer | undefined {
  const parsed = messageSchema.safeParse(parseJson(body.toString()));
  if (!parsed.success) return undefined;
  const { model, usage } = parsed.data;
  const answer = {
    usage: mergeUsage(NO_USAGE, usage),
    modifiers: mergeModifiers(NO_MODIFIERS, usage),
    known: tells(usage, "input_tokens") && tells(usage, "output_tokens") ? "all" : "nothing",
  } as const;
  return model ? { model, ...answer } : answer;
}

/** Reads the error type out of a JSON error answer. */
export function readErrorType(body: Buffer): string | undefined {
  return errorSchema.safeParse(parseJson(body.toString())).data?.error.type;
}

const EVENT_NAME = /^[\r\n]*event: ?([a-z_]+)[\r\n]/;
/** A comment or another field may come before the name. */
const EVENT_NAME_LINE = /(?:^|[\r\n])event: ?([a-z_]+)[\r\n]/;
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
  #tellsInput = false;
  #tellsOutput = false;
  #errorType: string | undefined;
  #isComplete = false;

  observe(event: Buffer): void {
    switch (nameOf(event)) {
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
          this.#tellsOutput ||= tells(usage, "output_tokens");
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
    this.#tellsInput ||= tells(usage, "input_tokens");
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
    const outputTokens = this.#tellsOutput
      ? this.#usage.outputTokens
      : Math.max(this.#usage.outputTokens, this.#estimatedOutputTokens);
    const usage = { ...this.#usage, outputTokens };
    const answer = { usage, modifiers: this.#modifiers, known: this.#known };
    return this.#model === undefined ? answer : { model: this.#model, ...answer };
  }

  get #known(): ObservedAnswer["known"] {
    if (!this.#tellsInput) return "nothing";
    return this.#tellsOutput ? "all" : "input";
  }
}

function nameOf(event: Buffer): string | undefined {
  const beginning = event.toString("latin1", 0, LONGEST_EVENT_NAME_LINE);
  return (EVENT_NAME.exec(beginning) ?? EVENT_NAME_LINE.exec(event.toString("latin1")))?.[1];
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
