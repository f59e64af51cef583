import { GatewayError } from "../errors.ts";

/** Bounds the bytes of requests and answers that all turns together hold in memory. */
export class ByteBudget {
  readonly #max: number;
  #held = 0;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  /**
   * Takes so many bytes more, or gives some back when negative.
   *
   * @throws {GatewayError} `too_many_bytes_at_once`, and takes nothing.
   */
  take(bytes: number): void {
    if (bytes > 0 && this.#held + bytes > this.#max) {
      throw new GatewayError("too_many_bytes_at_once", `At most ${this.#max} bytes are held at once.`);
    }
    this.#held += bytes;
  }
}
