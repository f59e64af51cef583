const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** An event longer than this is passed on in pieces, so that memory stays bounded. */
export const MAX_HELD_EVENT_BYTES = 64 * 1024;

interface Split {
  /** Bytes to pass on now. Together with earlier ones they end at the end of an event, unless the event is too long. */
  readonly bytes: Buffer;
  /** The whole events among them. Events that are too long to hold are left out. */
  readonly events: readonly Buffer[];
}

const NOTHING = Buffer.alloc(0);

/**
 * Cuts a server-sent event stream after each event and changes no byte. The gateway passes on whole events only: when
 * the upstream breaks off in the middle of one, what the caller has ends cleanly and an error event can follow.
 * Lines may end in LF, CRLF or CR.
 */
export class EventSplitter {
  #held: Buffer = NOTHING;
  #passingLongEvent = false;
  #lineIsEmpty = true;
  #afterCarriageReturn = false;

  push(chunk: Buffer): Split {
    const ends = this.#eventEnds(chunk);
    const lastEnd = ends.at(-1);
    if (lastEnd === undefined) return { bytes: this.#hold(chunk), events: [] };

    const whole = Buffer.concat([this.#held, chunk.subarray(0, lastEnd)]);
    const events = this.#cut(whole, ends);
    this.#held = NOTHING;
    this.#passingLongEvent = false;
    const rest = this.#hold(chunk.subarray(lastEnd));
    return { bytes: rest.length === 0 ? whole : Buffer.concat([whole, rest]), events };
  }

  /** What is left when the stream ended: the beginning of an event, not yet passed on. */
  get unfinishedEvent(): Buffer {
    return this.#held;
  }

  /** Whether the beginning of an unfinished event was passed on already. */
  get isInsideLongEvent(): boolean {
    return this.#passingLongEvent;
  }

  #hold(bytes: Buffer): Buffer {
    if (this.#passingLongEvent) return bytes;
    const held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    if (held.length <= MAX_HELD_EVENT_BYTES) {
      this.#held = held;
      return NOTHING;
    }
    this.#held = NOTHING;
    this.#passingLongEvent = true;
    return held;
  }

  #cut(whole: Buffer, ends: readonly number[]): Buffer[] {
    const heldBytes = this.#held.length;
    let start = 0;
    const events = ends.map((end) => {
      const event = whole.subarray(start, heldBytes + end);
      start = heldBytes + end;
      return event;
    });
    return this.#passingLongEvent ? events.slice(1) : events;
  }

  /** Offsets just behind each blank line. */
  #eventEnds(chunk: Buffer): number[] {
    const ends: number[] = [];
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index];
      const isLineEnd = byte === CARRIAGE_RETURN || (byte === LINE_FEED && !this.#afterCarriageReturn);
      if (isLineEnd) {
        if (this.#lineIsEmpty) ends.push(index + 1);
        this.#lineIsEmpty = true;
      } else if (byte !== LINE_FEED) {
        this.#lineIsEmpty = false;
      }
      this.#afterCarriageReturn = byte === CARRIAGE_RETURN;
    }
    return ends;
  }
}
