import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { GatewayError } from "../errors.ts";

/** Longest name of a model that is accepted, in characters. */
export const MAX_MODEL_NAME_LENGTH = 256;

/** The fields the gateway itself needs. Everything else is the upstream's to judge and passes on unread. */
const messageRequestSchema = z.object({
  model: z.string().min(1).max(MAX_MODEL_NAME_LENGTH),
  stream: z.boolean().nullish(),
  max_tokens: z.int().nonnegative().optional(),
});

export interface MessageRequest {
  readonly model: string;
  readonly stream: boolean;
}

/**
 * Reads what the gateway must know out of a request body. The body itself is passed on as it came.
 *
 * @throws {GatewayError} `invalid_json` or `invalid_request`. Neither quotes the body: it is a person's words.
 */
export function inspectMessageRequest(body: unknown): MessageRequest {
  if (!Buffer.isBuffer(body) || !isUtf8(body)) throw new GatewayError("invalid_json");
  const parsed = messageRequestSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
    throw new GatewayError("invalid_request", faults.join("; "));
  }
  return { model: parsed.data.model, stream: parsed.data.stream === true };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new GatewayError("invalid_json");
  }
}
