import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { findFreePorts, isPortFree, listenFailure } from "../../../local/region/free-ports.ts";

async function listenOnFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

describe("findFreePorts", () => {
  it("finds as many different ports as asked for, all free", async () => {
    const ports = await findFreePorts(20);

    expect(new Set(ports).size).toBe(20);
    expect(await Promise.all(ports.map((port) => isPortFree(port)))).not.toContain(false);
  });
});

describe("isPortFree", () => {
  it("is false while somebody listens", async () => {
    expect(await isPortFree(await listenOnFreePort())).toBe(false);
  });
});

describe("listenFailure", () => {
  it("tells an address that this machine does not have from a port in use", async () => {
    const port = await listenOnFreePort();

    expect(await listenFailure(port, "127.0.0.1")).toBe("EADDRINUSE");
    expect(await listenFailure(port, "192.0.2.1")).toBe("EADDRNOTAVAIL");
  });
});
