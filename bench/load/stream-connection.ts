import { once } from "node:events";
import net from "node:net";
import { nowUs } from "../mock/answers.ts";
import { FrameReader } from "./frame-reader.ts";
import { ResponseReader } from "./response-reader.ts";

/** One stream as its reader has seen it. */
export interface StreamRecord {
  /** From the request to the first byte of the answer's body; NaN when none came. */
  readonly firstByteUs: number;
  /** Between a delta and the next one. */
  readonly gapsUs: readonly number[];
  /** Between a delta's leaving the mock and its arrival. */
  readonly delaysUs: readonly number[];
  readonly isClean: boolean;
}

interface Current {
  readonly startedAtUs: number;
  readonly frames: FrameReader;
  readonly gapsUs: number[];
  readonly delaysUs: number[];
  firstByteUs: number;
  lastFrameUs: number;
  status: number;
  readonly finish: (record: StreamRecord) => void;
}

/** One for all connections, since each piece is read to its end before the next one comes: no memory is taken for any. */
const READ_BUFFER = Buffer.alloc(64 * 1024);

/** A connection that carries one stream after another, and is opened anew where the other side has closed it. */
export class StreamConnection {
  readonly #address: { readonly host: string; readonly port: number };
  readonly #request: Buffer;
  #socket: net.Socket | undefined;
  #current: Current | undefined;

  constructor(url: URL, request: Buffer) {
    this.#address = { host: url.hostname, port: Number(url.port) };
    this.#request = request;
  }

  /** Opens the connection, so that its time is not part of any stream's. */
  async open(): Promise<void> {
    if (this.#socket !== undefined) return;
    const reader = new ResponseReader({
      onHead: (status) => this.#sawHead(status),
      onBody: (bytes) => this.#sawBody(bytes),
      onEnd: () => this.#finish(true),
    });
    const onRead = (size: number): boolean => {
      try {
        reader.feed(READ_BUFFER.subarray(0, size));
      } catch {
        socket.destroy();
      }
      return true;
    };
    const onread = { buffer: READ_BUFFER, callback: onRead };
    const socket = net.connect({ ...this.#address, noDelay: true, onread });
    this.#socket = socket;
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#socket = undefined;
      this.#finish(false);
    });
    await Promise.race([once(socket, "connect"), once(socket, "close")]);
  }

  /** Asks for a stream and follows it to its end. */
  async run(): Promise<StreamRecord> {
    await this.open();
    const { promise, resolve } = Promise.withResolvers<StreamRecord>();
    this.#current = begin(resolve);
    if (this.#socket === undefined) this.#finish(false);
    else this.#socket.write(this.#request);
    return promise;
  }

  /** Ends whatever is going on; a stream that was is not clean. */
  close(): void {
    this.#socket?.destroy();
  }

  #sawHead(status: number): void {
    if (this.#current !== undefined) this.#current.status = status;
  }

  #sawBody(bytes: Buffer): void {
    const current = this.#current;
    if (current === undefined) return;
    if (Number.isNaN(current.firstByteUs)) current.firstByteUs = nowUs() - current.startedAtUs;
    current.frames.feed(bytes);
  }

  #finish(isComplete: boolean): void {
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return;
    const { firstByteUs, gapsUs, delaysUs, frames, status } = current;
    const isClean = isComplete && status === 200 && frames.isClean;
    current.finish({ firstByteUs, gapsUs, delaysUs, isClean });
  }
}

function begin(finish: Current["finish"]): Current {
  const current: Current = {
    startedAtUs: nowUs(),
    gapsUs: [],
    delaysUs: [],
    firstByteUs: Number.NaN,
    lastFrameUs: Number.NaN,
    status: 0,
    finish,
    frames: new FrameReader((sentAtUs) => {
      const now = nowUs();
      current.delaysUs.push(now - sentAtUs);
      if (!Number.isNaN(current.lastFrameUs)) current.gapsUs.push(now - current.lastFrameUs);
      current.lastFrameUs = now;
    }),
  };
  return current;
}
