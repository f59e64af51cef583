import { DELTAS_PER_STREAM, FRAME_MARK_LENGTH, parseFrameMark } from "../mock/answers.ts";

const LAST_EVENT = "message_stop";

/** How long the end of a piece must be kept, so that nothing cut in two is missed. */
const KEPT_CHARACTERS = FRAME_MARK_LENGTH - 1;

/** Follows the numbered deltas of one stream, however a gateway cuts, joins or rewrites the events around them. */
export class FrameReader {
  readonly #onFrame: (sentAtUs: number) => void;
  #kept = "";
  #expected = 0;
  #inOrder = true;
  #hasEnd = false;

  /** @param onFrame called for each delta with the time at which the mock sent it */
  constructor(onFrame: (sentAtUs: number) => void) {
    this.#onFrame = onFrame;
  }

  feed(bytes: Buffer): void {
    const text = this.#kept + bytes.toString("latin1");
    const done = this.#readMarks(text);
    if (this.#expected >= DELTAS_PER_STREAM && text.includes(LAST_EVENT)) this.#hasEnd = true;
    this.#kept = text.slice(Math.max(done, text.length - KEPT_CHARACTERS));
  }

  /** Every delta came, once and in order, and the stream's own last event after them. */
  get isClean(): boolean {
    return this.#inOrder && this.#expected === DELTAS_PER_STREAM && this.#hasEnd;
  }

  /** @returns where the text behind the last whole mark begins */
  #readMarks(text: string): number {
    let done = 0;
    for (let at = text.indexOf("#"); at !== -1; at = text.indexOf("#", done)) {
      if (at + FRAME_MARK_LENGTH > text.length) break;
      const mark = parseFrameMark(text, at);
      done = at + (mark === undefined ? 1 : FRAME_MARK_LENGTH);
      if (mark === undefined) continue;
      if (mark.number !== this.#expected) this.#inOrder = false;
      this.#expected += 1;
      this.#onFrame(mark.sentAtUs);
    }
    return done;
  }
}
