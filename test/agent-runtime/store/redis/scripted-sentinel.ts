import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A Sentinel that names a master of a certain epoch, or says nothing at all. */
export class ScriptedSentinel {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answer: { readonly master: string; readonly epoch: number } | "silence") {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        if (answer === "silence") return;
        for (const command of data.toString().split(/(?=\*\d+\r\n)/)) {
          socket.write(command.includes("SENTINEL") ? describeMaster(answer) : "+OK\r\n");
        }
      });
    });
  }

  static async start(answer: { readonly master: string; readonly epoch: number } | "silence") {
    const sentinel = new ScriptedSentinel(answer);
    sentinel.#server.listen(0, "127.0.0.1");
    await once(sentinel.#server, "listening");
    return sentinel;
  }

  get endpoint() {
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

function describeMaster({ master, epoch }: { readonly master: string; readonly epoch: number }): string {
  const texts = ["name", "main", "ip", master, "port", "6379", "config-epoch", String(epoch)];
  return `*${texts.length}\r\n${texts.map((text) => `$${text.length}\r\n${text}\r\n`).join("")}`;
}
