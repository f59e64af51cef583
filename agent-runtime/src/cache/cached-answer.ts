import { z } from "zod";

/** A whole answer, as it is passed on. */
export interface CachedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * Turns that ended by themselves and did nothing but speak. Any other reason to stop means a truncated answer
 * (`max_tokens`), an unfinished turn (`tool_use`, `pause_turn`) or none (`refusal`); any other block means a tool.
 */
const repeatableSchema = z.object({
  type: z.literal("message"),
  stop_reason: z.enum(["end_turn", "stop_sequence"]),
  content: z.array(z.object({ type: z.enum(["text", "thinking", "redacted_thinking"]) })),
});

/** Whether an answer of the Messages API may be given again to the same question. */
export function isRepeatable({ status, contentType, body }: CachedAnswer): boolean {
  if (status !== 200 || !contentType.startsWith("application/json")) return false;
  return repeatableSchema.safeParse(parseJson(body.toString())).success;
}

/** An answer in the store, and when it was put there. */
export interface StoredAnswer {
  readonly answer: CachedAnswer;
  readonly storedAtMs: number;
}

const headSchema = z.strictObject({
  status: z.literal(200),
  contentType: z.string(),
  storedAtMs: z.number(),
  bytes: z.int(),
});

const LINE_FEED = 0x0a;

/** A line of JSON about the answer, then its body byte for byte. */
export function encodeAnswer({ answer, storedAtMs }: StoredAnswer): Buffer {
  const { status, contentType, body } = answer;
  const head = JSON.stringify({ status, contentType, storedAtMs, bytes: body.length });
  return Buffer.concat([Buffer.from(`${head}\n`), body]);
}

/** Undefined when these bytes are not what `encodeAnswer` made: another version's, damaged or cut off. */
export function decodeAnswer(bytes: Buffer): StoredAnswer | undefined {
  const lineEnd = bytes.indexOf(LINE_FEED);
  const head = headSchema.safeParse(parseJson(bytes.toString("utf8", 0, Math.max(0, lineEnd)))).data;
  const body = bytes.subarray(lineEnd + 1);
  if (head === undefined || head.bytes !== body.length) return undefined;
  const { status, contentType, storedAtMs } = head;
  return { answer: { status, contentType, body }, storedAtMs };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
