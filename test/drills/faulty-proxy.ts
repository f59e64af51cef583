import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of one request: a status in the region's place, or the region's own answer. */
export type Fate = number | "forward";

/** Stands between a front door and an endpoint of a region, and spoils what it is told to. */
export class FaultyProxy {
  /** Decides on each request by its path. Default: all are forwarded. */
  answer: (path: string) => Fate = () => "forward";
  readonly url: string;
  readonly #server: Server;
  readonly #target: string;

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.#target = target;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (incoming, response) => this.#handle(incoming, response));
  }

  static async before(target: string): Promise<FaultyProxy> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FaultyProxy(server, target);
  }

  /** Breaks every connection and takes no more, as a region that has died. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Takes connections again, at the same address. */
  async reopen(): Promise<void> {
    this.#server.listen(Number(new URL(this.url).port), "127.0.0.1");
    await once(this.#server, "listening");
  }

  #handle(incoming: IncomingMessage, response: ServerResponse): void {
    const fate = this.answer(incoming.url ?? "/");
    if (fate === "forward") {
      this.#forward(incoming, response);
    } else {
      incoming.resume();
      const error = { type: "api_error", message: "spoilt by the drill" };
      response
        .writeHead(fate, { "content-type": "application/json" })
        .end(JSON.stringify({ type: "error", error }));
    }
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, headers, url = "/" } = incoming;
    const upstream = request(new URL(url, this.#target), { method, headers });
    upstream.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on("error", () => incoming.socket.destroy());
    incoming.pipe(upstream);
  }
}
