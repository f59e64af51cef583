/** What a reader tells about one answer, in order. */
export interface ResponseListener {
  onHead(status: number): void;
  onBody(bytes: Buffer): void;
  /** The answer is complete by its own framing. */
  onEnd(): void;
}

type State = "head" | "length" | "chunk-size" | "chunk" | "chunk-end" | "trailer" | "ended";

const HEAD_END = "\r\n\r\n";
const LINE_END = "\r\n";
const NOTHING = Buffer.alloc(0);

/**
 * Reads one HTTP/1.1 answer after another from the bytes of a connection. A thousand streams of fifty deltas a second
 * leave the driver less than ten microseconds for each, which Node's own client takes for itself.
 */
export class ResponseReader {
  readonly #listener: ResponseListener;
  #state: State = "head";
  #rest: Buffer = NOTHING;
  #left = 0;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /** @param bytes may be overwritten afterwards: what is left over of them is copied */
  feed(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#step());
    this.#rest = this.#rest.length === 0 ? NOTHING : Buffer.from(this.#rest);
  }

  /** @returns whether there may be more to do with the bytes at hand */
  #step(): boolean {
    switch (this.#state) {
      case "head":
        return this.#readHead();
      case "length":
      case "chunk":
        return this.#readBody();
      case "chunk-size":
        return this.#readChunkSize();
      case "chunk-end":
        return this.#readLine() !== undefined && this.#enter("chunk-size");
      case "trailer":
        return this.#readTrailer();
      case "ended":
        this.#state = "head";
        this.#listener.onEnd();
        return this.#rest.length > 0;
    }
  }

  #enter(state: State): true {
    this.#state = state;
    return true;
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf(HEAD_END);
    if (end === -1) return false;
    const head = this.#rest.toString("latin1", 0, end).toLowerCase();
    this.#rest = this.#rest.subarray(end + HEAD_END.length);
    this.#listener.onHead(Number(head.slice(9, 12)));
    if (/\r\ntransfer-encoding: *chunked/.test(head)) return this.#enter("chunk-size");
    const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
    if (length === undefined) throw new Error("an answer has neither length nor chunks");
    this.#left = Number(length);
    return this.#enter(this.#left === 0 ? "ended" : "length");
  }

  #readBody(): boolean {
    if (this.#rest.length === 0) return false;
    const part = this.#rest.subarray(0, this.#left);
    this.#rest = this.#rest.subarray(part.length);
    this.#left -= part.length;
    this.#listener.onBody(part);
    if (this.#left > 0) return false;
    return this.#enter(this.#state === "length" ? "ended" : "chunk-end");
  }

  #readChunkSize(): boolean {
    const line = this.#readLine();
    if (line === undefined) return false;
    this.#left = Number.parseInt(line, 16);
    if (Number.isNaN(this.#left)) throw new Error("a chunk has no size");
    return this.#enter(this.#left === 0 ? "trailer" : "chunk");
  }

  /** Lines up to an empty one. */
  #readTrailer(): boolean {
    const line = this.#readLine();
    if (line === undefined) return false;
    return line === "" ? this.#enter("ended") : true;
  }

  #readLine(): string | undefined {
    const end = this.#rest.indexOf(LINE_END);
    if (end === -1) return undefined;
    const line = this.#rest.toString("latin1", 0, end);
    this.#rest = this.#rest.subarray(end + LINE_END.length);
    return line;
  }
}
