/** Model names of the requests. The mock upstream answers 429 for `limited`. */
export const MODELS = { ordinary: "claude-sonnet-5-5", limited: "claude-opus-5-5" } as const;

/** By this a whole answer is told from any other JSON. */
export const ANSWER_TEXT = "answered by the mock upstream";

export const DELTAS_PER_STREAM = 64;
export const DELTA_INTERVAL_MS = 20;

const USAGE = { input_tokens: 25, output_tokens: DELTAS_PER_STREAM };

/** A complete answer of the Messages API. */
export function messageJson(model: string): string {
  return JSON.stringify({
    id: "msg_01BenchAnswer",
    type: "message",
    role: "assistant",
    model,
    content: [{ type: "text", text: ANSWER_TEXT }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: USAGE,
  });
}

export const RATE_LIMITED_JSON = JSON.stringify({
  type: "error",
  error: { type: "rate_limit_error", message: "This model is rate limited." },
});

/** What a stream begins with, as server-sent events. */
export function streamBeginning(model: string): string {
  const message = {
    ...{ id: "msg_01BenchStream", type: "message", role: "assistant", model, content: [] },
    ...{ stop_reason: null, stop_sequence: null, usage: { ...USAGE, output_tokens: 1 } },
  };
  return (
    serverSentEvent({ type: "message_start", message }) +
    serverSentEvent({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } })
  );
}

/** What a stream ends with. */
export const STREAM_END =
  serverSentEvent({ type: "content_block_stop", index: 0 }) +
  serverSentEvent({
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: DELTAS_PER_STREAM },
  }) +
  serverSentEvent({ type: "message_stop" });

/** One delta, numbered from 0 and stamped with the monotonic clock of the machine, in microseconds. */
export function deltaEvent(number: number, sentAtUs: number): string {
  return DELTA_HEAD + frameMark(number, sentAtUs) + DELTA_TAIL;
}

/** Written once: at 50,000 deltas a second the mock has no time to build each from its parts. */
const [DELTA_HEAD = "", DELTA_TAIL = ""] = serverSentEvent({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text: "#" },
}).split("#");

const NUMBER_DIGITS = 3;
const STAMP_DIGITS = 16;

/** The mark of a delta, of one length whatever it says; no other text of a stream holds a `#`. */
export function frameMark(number: number, sentAtUs: number): string {
  const stamp = String(Math.round(sentAtUs)).padStart(STAMP_DIGITS, "0");
  return `#${String(number).padStart(NUMBER_DIGITS, "0")}@${stamp};`;
}

export const FRAME_MARK_LENGTH = 1 + NUMBER_DIGITS + 1 + STAMP_DIGITS + 1;

/**
 * Reads the mark that begins at this place.
 *
 * @returns undefined where there is none
 */
export function parseFrameMark(text: string, at = 0): { number: number; sentAtUs: number } | undefined {
  const stampAt = at + 1 + NUMBER_DIGITS + 1;
  const end = stampAt + STAMP_DIGITS;
  if (text[at] !== "#" || text[stampAt - 1] !== "@" || text[end] !== ";") return undefined;
  const number = Number(text.slice(at + 1, stampAt - 1));
  const sentAtUs = Number(text.slice(stampAt, end));
  return Number.isInteger(number) && Number.isInteger(sentAtUs) ? { number, sentAtUs } : undefined;
}

/** The machine's monotonic clock, the same in all its processes. */
export function nowUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}

function serverSentEvent(data: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
