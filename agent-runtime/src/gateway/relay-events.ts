import type { Readable } from "node:stream";
import { errorBody, GatewayError } from "../errors.ts";
import { EventSplitter } from "./event-splitter.ts";
import type { Turn } from "./turns.ts";
import { toUpstreamError } from "./upstream.ts";
import type { AnswerObserver } from "./usage.ts";

interface RelayOptions {
  readonly body: Readable;
  readonly turn: Turn;
  readonly observer: AnswerObserver;
  readonly requestId: string;
  /** How long the upstream may be silent. Time in which the caller does not read does not count. */
  readonly idleMs: number;
  /** Told how the stream ended, before the caller is: regularly, or by an error that the gateway adds. */
  readonly onEnd: (error?: GatewayError) => void;
}

/**
 * Passes a stream of server-sent events on, byte for byte, whole events at a time. It never just stops: a stream that
 * does not reach its regular end gets an `error` event as its last one.
 */
export async function* relayEvents(options: RelayOptions): AsyncGenerator<Buffer> {
  const splitter = new EventSplitter();
  const failure = yield* passOnUntilItEnds(options, splitter);
  options.onEnd(failure);
  if (failure !== undefined) yield errorEvent(failure, options.requestId, splitter.isInsideLongEvent);
}

/** Returns what went wrong, unless the stream reached its end or said itself that it failed. */
async function* passOnUntilItEnds(
  options: RelayOptions,
  splitter: EventSplitter,
): AsyncGenerator<Buffer, GatewayError | undefined> {
  const { observer, turn } = options;
  try {
    yield* passOn(options, splitter);
    yield* completeLastEvent(splitter, observer);
    return hasEnded(observer) ? undefined : new GatewayError("upstream_broken");
  } catch (thrown) {
    return hasEnded(observer) ? undefined : (turn.cancelledBy ?? toUpstreamError(thrown));
  }
}

const hasEnded = ({ isComplete, errorType }: AnswerObserver) => isComplete || errorType !== undefined;

async function* passOn({ body, turn, observer, idleMs }: RelayOptions, splitter: EventSplitter) {
  const idleError = () => new GatewayError("idle_timeout", `It sent nothing for ${idleMs / 1000} s.`);
  let disarm = turn.cancelAfter(idleMs, idleError);
  for await (const chunk of body) {
    disarm();
    const { bytes, events } = splitter.push(chunk);
    for (const event of events) observer.observe(event);
    if (bytes.length > 0) yield bytes;
    disarm = turn.cancelAfter(idleMs, idleError);
  }
  disarm();
}

/** A last event that lacks only its blank line is an event all the same; parsers drop it without one. */
function* completeLastEvent(splitter: EventSplitter, observer: AnswerObserver) {
  const rest = splitter.unfinishedEvent;
  if (rest.length === 0) return;
  if (hasEnded(observer)) {
    yield rest;
    return;
  }
  observer.observe(Buffer.concat([rest, Buffer.from("\n")]));
  if (hasEnded(observer)) yield Buffer.concat([rest, Buffer.from("\n\n")]);
}

/**
 * The last event of a broken stream. Inside an event whose beginning was passed on already, the new lines join that
 * event and, its last `event` field being the one that counts, turn it into the error.
 */
function errorEvent(error: GatewayError, requestId: string, isInsideLongEvent: boolean): Buffer {
  const lines = `event: error\ndata: ${JSON.stringify(errorBody(error, requestId))}\n\n`;
  return Buffer.from(isInsideLongEvent ? `\n${lines}` : lines);
}
