import type { Readable } from "node:stream";
import { GatewayError } from "../errors.ts";
import { MAX_HELD_EVENT_BYTES } from "../gateway/event-splitter.ts";

/** The end of an event: two line ends in a row, each LF, CRLF or CR. */
const EVENT_END = /(?:\r\n|\n|\r(?!\n))[\r\n]/;

const ERROR_EVENT = /^[\r\n]*event: ?error[\r\n]/;

/**
 * Waits for the first whole event of a stream and puts everything back, so that the stream can be read as if nobody had
 * looked. An event too long to hold counts as whole.
 *
 * @returns the event if it is an `error` event.
 * @throws {GatewayError} `upstream_broken` when the stream ends before.
 * @throws what the stream fails with.
 */
export async function peekErrorEvent(body: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const chunk: Buffer | null = body.read();
    if (chunk === null) {
      await becomesReadable(body);
      continue;
    }
    chunks.push(chunk);
    bytes += chunk.length;
    const seen = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    const text = seen.toString("latin1", 0, MAX_HELD_EVENT_BYTES);
    const end = EVENT_END.exec(text);
    if (end === null && bytes < MAX_HELD_EVENT_BYTES) continue;
    body.unshift(seen);
    return ERROR_EVENT.test(text) ? seen.subarray(0, end?.index) : undefined;
  }
}

/** @throws what the stream failed with, or {GatewayError} `upstream_broken` when it has ended. */
function becomesReadable(body: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      body.off("readable", onReadable).off("end", onEnd).off("close", onEnd).off("error", onError);
    };
    const onReadable = () => {
      done();
      resolve();
    };
    const onEnd = () => {
      done();
      reject(
        body.errored ?? new GatewayError("upstream_broken", "It ended its stream before the first event."),
      );
    };
    const onError = (fault: Error) => {
      done();
      reject(fault);
    };
    if (body.readableEnded || body.destroyed) onEnd();
    else body.on("readable", onReadable).on("end", onEnd).on("close", onEnd).on("error", onError);
  });
}
