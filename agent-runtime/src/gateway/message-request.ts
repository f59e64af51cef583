import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { type PromptFacts, readPromptFacts } from "./prompt-facts.ts";
import { refuseUnfitJson } from "./top-level-fields.ts";

/** Longest name of a model that is accepted, in characters. */
export const MAX_MODEL_NAME_LENGTH = 256;

/** The fields the gateway itself needs. Everything else is the upstream's to judge and passes on unread. */
const messageRequestSchema = z.object({
  model: z
    .string()
    .min(1)
    .max(MAX_MODEL_NAME_LENGTH)
    // Half a surrogate pair cannot be written in UTF-8, so the store would not take it as a name.
    .refine((name) => name.isWellFormed(), { error: "must be well-formed Unicode" }),
  stream: z.boolean().nullish(),
  max_tokens: z.int().nonnegative().optional(),
  speed: z.string().nullish(),
  inference_geo: z.string().nullish(),
});

/** What the gateway knows of a request to the Messages API. */
export interface MessageRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens?: number;
  /** Of the whole body. A token has at least one byte, and JSON only lengthens text: so this bounds the tokens of a text, and of nothing else. */
  readonly bytes: number;
  readonly facts: PromptFacts;
  /** What the price depends on besides tokens. */
  readonly speed?: string;
  readonly inferenceGeo?: string;
}

/**
 * Reads what the gateway must know out of a request body. The body itself is passed on as it came.
 *
 * @throws {GatewayError} `invalid_json`, `invalid_request`, `duplicate_field`, `json_too_deep` or `json_too_complex`. None
 *   quotes the body: it is a person's words.
 */
export function inspectMessageRequest(body: unknown): MessageRequest {
  if (!Buffer.isBuffer(body) || !isUtf8(body)) throw new GatewayError("invalid_json");
  const text = body.toString();
  refuseUnfitJson(text);
  const json = parseJson(text);
  const parsed = messageRequestSchema.safeParse(json);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
    throw new GatewayError("invalid_request", faults.join("; "));
  }
  const facts = readPromptFacts(json as Record<string, unknown>);
  const { model, stream, max_tokens: maxTokens, speed, inference_geo: inferenceGeo } = parsed.data;
  return {
    model,
    stream: stream === true,
    bytes: body.length,
    facts,
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(speed ? { speed } : {}),
    ...(inferenceGeo ? { inferenceGeo } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GatewayError("invalid_json");
  }
}
