import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { OpsClient } from "../../../agent-runtime/src/cli/ops-client.ts";

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("OpsClient", () => {
  it("sends the key, the query without what is absent, and the body as JSON", async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      const { method, url: path, headers } = request;
      seen.push(method, path, headers["x-api-key"], headers["content-type"]);
      request.on("data", (chunk) => seen.push(String(chunk)));
      request.on("end", () => response.setHeader("x-claude-agent-region", "region-a").end("{}"));
    });
    const call = { method: "POST", path: "/x", query: { a: "1 2", b: undefined }, body: { c: 1 } } as const;
    const answer = await new OpsClient({ url, name: url }, "the-key").call({ ...call, answer: z.object({}) });
    expect(answer).toEqual({ region: "region-a", body: {} });
    expect(seen).toEqual(["POST", "/ops/v1/x?a=1+2", "the-key", "application/json", '{"c":1}']);
  });

  it("gives up on a server that does not answer, and says after how long", async () => {
    const url = await serve(() => undefined);
    const client = new OpsClient({ url, name: "region-a" }, "k", 50);
    await expect(client.text({ path: "/x" })).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/^region-a cannot be reached \(no answer in 0\.05 s\)/),
    });
  });

  it("opens the way to a server once for all its calls, and not before the first", async () => {
    const url = await serve((_request, response) => response.end("{}"));
    let opened = 0;
    const open = async () => {
      opened += 1;
      return url;
    };
    const client = new OpsClient({ url: open, name: "region-a" }, "k");
    expect(opened).toBe(0);
    await Promise.all([client.text({ path: "/a" }), client.text({ path: "/b" })]);
    expect(opened).toBe(1);
  });

  it("says of a server to which there is no way why", async () => {
    const open = () => Promise.reject(new Error('deployments.apps "x" not found'));
    const client = new OpsClient({ url: open, name: "region-a" }, "k");
    await expect(client.text({ path: "/x" })).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/^region-a cannot be reached \(deployments\.apps "x" not found\)/),
    });
  });

  it("leaves no connection behind that would keep the command from ending", async () => {
    const url = await serve((request, response) => response.end(String(request.headers.connection)));
    expect((await new OpsClient({ url, name: url }, "k").text({ path: "/x" })).text).toBe("close");
  });

  it("follows no redirect, which could take the key elsewhere", async () => {
    const url = await serve((_request, response) =>
      response.writeHead(302, { location: "/elsewhere" }).end("moved"),
    );
    await expect(
      new OpsClient({ url, name: url }, "k").call({ path: "/x", answer: z.object({}) }),
    ).rejects.toMatchObject({
      exitCode: 1,
    });
  });
});
