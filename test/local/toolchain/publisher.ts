import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A web server on the loopback address that stands for a tool's publisher. */
export interface Publisher {
  readonly origin: string;
  /** Paths that were asked for. */
  readonly requests: readonly string[];
}

/** Serves the given files by path, everything else is 404. */
export function openPublisher(files: Readonly<Record<string, string | Buffer>>): Promise<Publisher> {
  return openServer((request, response) => {
    const content = files[request.url ?? ""];
    response.statusCode = content === undefined ? 404 : 200;
    response.end(content);
  });
}

export async function openServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Publisher> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, requests };
}

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
