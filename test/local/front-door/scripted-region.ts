import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** A region whose answers a test decides. */
export class ScriptedRegion {
  /** Status of `/ready`; `hang` never answers. */
  ready: number | "hang" = 200;
  handler: Handler = (_request, response) => response.end("ok");
  /** Requests other than health checks, in order. */
  readonly requests: http.IncomingMessage[] = [];
  /** Health checks, in order. */
  readonly checks: http.IncomingMessage[] = [];
  readonly #waiting: ((request: http.IncomingMessage) => void)[] = [];
  #server: http.Server | undefined;
  #port = 0;

  static async start(handler?: Handler): Promise<ScriptedRegion> {
    const region = new ScriptedRegion();
    if (handler) region.handler = handler;
    await region.listen();
    return region;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Begins to accept connections, after a stop on the same port. */
  async listen(): Promise<void> {
    this.#server = http.createServer((request, response) => this.#answer(request, response));
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Closes the listener and every connection, as a killed process would. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** The next request that is no health check. */
  nextRequest(): Promise<http.IncomingMessage> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    if (request.url === "/ready") {
      this.checks.push(request);
      if (this.ready !== "hang") response.writeHead(this.ready).end();
      return;
    }
    this.requests.push(request);
    this.handler(request, response);
    this.#waiting.shift()?.(request);
  }
}
