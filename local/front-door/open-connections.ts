import type { Socket } from "node:net";
import type { buildConnector } from "undici";

/** The connections that are open to each endpoint. */
export class OpenConnections {
  readonly #sockets = new Map<string, Set<Socket>>();

  /** Opens connections as `connect` does, and remembers them while they are open. */
  remembering(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) =>
      connect(options, (...result) => {
        // undici leaves the second argument out where its type says null.
        const [, socket] = result;
        if (socket) this.#add(`${options.protocol}//${options.host}`, socket);
        callback(...result);
      });
  }

  /** Ends everything that runs over connections to this endpoint. */
  breakOff(url: string, reason: string): void {
    for (const socket of this.#sockets.get(url) ?? []) socket.destroy(new Error(reason));
  }

  #add(url: string, socket: Socket): void {
    const sockets = this.#sockets.get(url) ?? new Set();
    this.#sockets.set(url, sockets.add(socket));
    socket.once("close", () => sockets.delete(socket));
  }
}
