import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** One address behind which the server can be changed, as behind a Service. */
export class SwitchingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port: number;

  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async to(port: number): Promise<SwitchingProxy> {
    const proxy = new SwitchingProxy(port);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends all connections. New ones reach the other server. */
  switchTo(port: number): void {
    this.#port = port;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    this.switchTo(0);
  }

  #serve(socket: Socket): void {
    const upstream = connect(this.#port, "127.0.0.1");
    const pair = [socket, upstream];
    for (const one of pair) {
      this.#sockets.add(one);
      one.on("error", () => undefined);
      one.on("close", () => {
        this.#sockets.delete(one);
        for (const other of pair) other.destroy();
      });
    }
    socket.pipe(upstream).pipe(socket);
  }
}
