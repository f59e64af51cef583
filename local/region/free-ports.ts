import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ranges from which Linux (32768) and macOS (49152) hand out ports to outgoing connections. */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;
const MAX_TRIES = 500;

/**
 * Ports of 127.0.0.1 that nobody listens on now. They are picked at random, so that two environments that start at
 * the same moment hardly ever pick the same.
 * @throws if hardly any port of the range is free.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries === MAX_TRIES) {
      throw new Error(
        `Found ${found.size} of ${count} free ports between ${FIRST_PORT} and ${LAST_PORT} on 127.0.0.1 in ` +
          `${MAX_TRIES} tries. End programs that listen there.`,
      );
    }
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (!found.has(port) && (await isPortFree(port))) found.add(port);
  }
  return [...found];
}

/** Whether this process could listen on the port of the loopback address now. */
export async function isPortFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return (await listenFailure(port, host)) === undefined;
}

/** Error code of listening there (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`), or undefined if it works. */
export async function listenFailure(port: number, host: string): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
