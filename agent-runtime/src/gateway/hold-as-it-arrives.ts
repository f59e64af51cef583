import type { FastifyReply, FastifyRequest, RequestPayload } from "fastify";
import { recordOf, turnOf } from "./request-record.ts";
import type { Turn } from "./turns.ts";

/** What is held of a body because its length says so. More costs a caller nothing to say: it must come first. */
const MAX_DECLARED_BYTES = 64 * 1024;

/** How many bytes of its body a request takes from the beginning. */
export function declaredBytes({ headers }: FastifyRequest): number {
  return Math.min(Number(headers["content-length"] ?? 0), MAX_DECLARED_BYTES);
}

/**
 * Holds the bytes of a body that may be a large one as they arrive. Runs just before the body is read: a listener of
 * data that came earlier would take it away from the parser.
 */
export function holdAsItArrives(
  request: FastifyRequest,
  _reply: FastifyReply,
  payload: RequestPayload,
  done: () => void,
): void {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if (encoding !== undefined || Number(length ?? 0) > MAX_DECLARED_BYTES) {
    watchBytes(payload, turnOf(recordOf(request)), declaredBytes(request));
  }
  done();
}

function watchBytes(payload: RequestPayload, turn: Turn, heldBytes: number): void {
  let received = 0;
  const onData = (chunk: Buffer) => {
    received += chunk.length;
    try {
      if (received > heldBytes) turn.hold(received);
    } catch (fault) {
      payload.removeListener("data", onData);
      // Afterwards, because the parser still gets this chunk.
      process.nextTick(() => payload.emit("error", fault));
    }
  };
  payload.on("data", onData);
  // The parser may be done with the body, and an error that nobody hears ends the process.
  payload.on("error", () => undefined);
}
