import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { GatewayError } from "../errors.ts";

/** An answer that is not streamed is held as a whole, so that a broken one can still become a clean error. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;

/** What each of them throws ends the call. */
export interface WholeAnswerOptions {
  /** Told when the request goes out: until then the upstream knows nothing of it. */
  readonly onSent?: (() => void) | undefined;
  /** Told status and headers, before anything of the body is read. */
  readonly onHead?:
    | ((head: { readonly status: number; readonly headers: IncomingHttpHeaders }) => void)
    | undefined;
  /** Told how many bytes are held so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export interface CollectedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly whole: Buffer;
}

/**
 * Collects an answer to its end. A handler of the pool's own, because most answers are whole ones, and a stream between
 * the pool and the collector costs more than all the rest of the call.
 */
export class WholeAnswer implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: CollectedAnswer) => void;
  readonly #reject: (fault: unknown) => void;
  readonly #options: WholeAnswerOptions;
  readonly #chunks: Buffer[] = [];
  readonly promise: Promise<CollectedAnswer>;
  #bytes = 0;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #controller: Dispatcher.DispatchController | undefined;
  #abortedBy: Error | undefined;

  constructor(options: WholeAnswerOptions) {
    const { promise, resolve, reject } = Promise.withResolvers<CollectedAnswer>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#options = options;
  }

  /** Ends the call at any point, also while it waits for a connection. */
  abort(reason: unknown): void {
    this.#abortedBy = reason instanceof Error ? reason : new Error("aborted", { cause: reason });
    this.#controller?.abort(this.#abortedBy);
    this.#reject(this.#abortedBy);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#options.onSent?.();
    if (this.#abortedBy !== undefined) controller.abort(this.#abortedBy);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.#status = status;
    this.#headers = headers;
    this.#orAbort(() => this.#options.onHead?.({ status, headers }));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#orAbort(() => {
      if (this.#bytes > MAX_HELD_BYTES) {
        throw new GatewayError("upstream_unusable", `It is longer than ${MAX_HELD_BYTES} bytes.`);
      }
      this.#options.onBytes?.(this.#bytes);
      this.#chunks.push(chunk);
    });
  }

  #orAbort(work: () => void): void {
    try {
      work();
    } catch (fault) {
      this.abort(fault);
    }
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const whole = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, headers: this.#headers, whole });
  }

  onResponseError(_controller: Dispatcher.DispatchController, fault: Error): void {
    this.#reject(fault);
  }
}
