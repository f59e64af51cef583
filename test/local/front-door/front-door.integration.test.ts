import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FrontDoorSettings } from "../../../local/front-door/front-door-config.ts";
import { FAST_HEALTH, NO_MORE_CHECKS, RunningFrontDoor } from "./running-front-door.ts";
import { ScriptedRegion } from "./scripted-region.ts";

let primary: ScriptedRegion;
let standby: ScriptedRegion;
let frontDoor: RunningFrontDoor | undefined;
let url: string;

beforeEach(async () => {
  primary = await ScriptedRegion.start((_request, response) => response.end("from a"));
  standby = await ScriptedRegion.start((_request, response) => response.end("from b"));
});

afterEach(async () => {
  // Regions first: a response that a test left open would hold the front door's draining back.
  await Promise.all([primary.stop(), standby.stop()]);
  await frontDoor?.close();
  frontDoor = undefined;
});

async function open(health: FrontDoorSettings["health"] = FAST_HEALTH): Promise<RunningFrontDoor> {
  frontDoor = await RunningFrontDoor.start({ "region-a": [primary], "region-b": [standby] }, { health });
  url = frontDoor.url;
  return frontDoor;
}

/** A front door that knows both regions as up and checks them no more while a test runs. */
const openWithoutChecks = () => open(NO_MORE_CHECKS);

/** A request of which nothing is added or hidden by `fetch`. */
function send(path: string, options: http.RequestOptions = {}): http.ClientRequest {
  return http.request(`${url}${path}`, { agent: false, ...options });
}

async function responseTo(request: http.ClientRequest): Promise<http.IncomingMessage> {
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  return response;
}

describe("a request through the front door", () => {
  it("reaches the primary with method, path, query and headers, and its answer returns byte for byte", async () => {
    const answer = '{"text":"ünï","big":9007199254740993,  "spaced" : true}\n';
    primary.handler = (_request, response) =>
      response.writeHead(418, { "content-type": "application/json", "request-id": "req_1" }).end(answer);
    await openWithoutChecks();

    const response = await fetch(`${url}/v1/messages?beta=true&x=%2F`, {
      method: "POST",
      headers: { "x-api-key": "k" },
    });

    expect([response.status, await response.text(), response.headers.get("request-id")]).toEqual([
      418,
      answer,
      "req_1",
    ]);
    expect(
      primary.requests.map(({ method, url: path, headers }) => [method, path, headers["x-api-key"]]),
    ).toEqual([["POST", "/v1/messages?beta=true&x=%2F", "k"]]);
    expect(standby.requests).toEqual([]);
  });

  it("names the region that answered, unless the region did so itself", async () => {
    await openWithoutChecks();
    expect((await fetch(url)).headers.get("x-claude-agent-region")).toBe("region-a");
    primary.handler = (_request, response) => response.setHeader("x-claude-agent-region", "zone-1").end();
    expect((await fetch(url)).headers.get("x-claude-agent-region")).toBe("zone-1");
  });

  it("loses the headers of its hop in both directions", async () => {
    primary.handler = (_request, response) =>
      response.writeHead(200, { connection: "x-hop", "x-hop": "1", "x-kept": "2" }).end();
    await openWithoutChecks();
    const headers = { connection: "x-private", "x-private": "1", te: "trailers", "x-public": "2" };
    const response = await responseTo(send("/", { headers }).end());
    response.resume();

    expect(response.headers).not.toHaveProperty("x-hop");
    expect(response.headers["x-kept"]).toBe("2");
    expect(primary.requests[0]?.headers).not.toHaveProperty("x-private");
    expect(primary.requests[0]?.headers).not.toHaveProperty("te");
    expect(primary.requests[0]?.headers["x-public"]).toBe("2");
  });

  it("streams a large body to the region before the client has sent all of it", async () => {
    const firstPiece = Promise.withResolvers<void>();
    const hash = createHash("sha256");
    primary.handler = (request, response) => {
      request.on("data", (chunk: Buffer) => {
        hash.update(chunk);
        firstPiece.resolve();
      });
      request.on("end", () => response.end(hash.digest("hex")));
    };
    await openWithoutChecks();
    const pieces = Array.from({ length: 32 }, () => randomBytes(1024 * 1024));
    const request = send("/v1/messages", { method: "POST" });

    request.write(pieces[0]);
    await firstPiece.promise;
    for (const piece of pieces.slice(1)) if (!request.write(piece)) await once(request, "drain");
    request.end();

    const expected = createHash("sha256").update(Buffer.concat(pieces)).digest("hex");
    expect(await text(await responseTo(request))).toBe(expected);
  });

  it("returns the whole of an answer that comes before the body has been read", async () => {
    const answer = "too large ".repeat(2_000_000);
    primary.handler = (_request, response) => response.writeHead(413).end(answer);
    await openWithoutChecks();
    const request = send("/v1/messages", { method: "POST", headers: { "content-length": 50_000_000 } });
    request.on("error", () => undefined);
    request.write(Buffer.alloc(100_000));
    const response = await responseTo(request);
    expect([response.statusCode, (await text(response)) === answer]).toEqual([413, true]);
    request.destroy();
  });

  it.each(["HEAD", "GET", "DELETE", "PUT"])("passes the method %s", async (method) => {
    await openWithoutChecks();
    expect((await fetch(`${url}/x`, { method })).status).toBe(200);
    expect(primary.requests[0]?.method).toBe(method);
  });

  it("is refused where its target is no path", async () => {
    await openWithoutChecks();
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    socket.write("GET http://169.254.169.254/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 [\s\S]*invalid_request_error/);
    expect(primary.requests).toEqual([]);
  });
});

describe("a stream through the front door", () => {
  const EVENTS = ["one", "two", "three"].map((name) => `event: ${name}\ndata: {}\n\n`);

  it("arrives event by event: each is sent only after the one before was seen", async () => {
    const started = Promise.withResolvers<http.ServerResponse>();
    primary.handler = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      started.resolve(response);
    };
    await openWithoutChecks();

    const { body } = await fetch(`${url}/v1/messages`, { method: "POST", body: "{}" });
    const region = await started.promise;
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    for (const event of EVENTS) {
      region.write(event);
      expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe(event);
    }
    region.end();
    expect((await reader.read()).done).toBe(true);
  });

  it("ends at the region when the client leaves", async () => {
    const closed = Promise.withResolvers<void>();
    primary.handler = (_request, response) => {
      response.once("close", closed.resolve);
      response.writeHead(200, { "content-type": "text/event-stream" }).write(EVENTS[0]);
    };
    await openWithoutChecks();
    const request = send("/").end();
    await once(await responseTo(request), "data");
    request.destroy();
    await closed.promise;
  });

  it("ends at the region when the client leaves before the first byte", async () => {
    const closed = Promise.withResolvers<void>();
    primary.handler = (_request, response) => response.once("close", closed.resolve);
    await openWithoutChecks();
    const reached = primary.nextRequest();
    const request = send("/")
      .on("error", () => undefined)
      .end();
    await reached;
    request.destroy();
    await closed.promise;
    expect(standby.requests).toEqual([]);
  });

  it("waits for a client that does not read instead of buffering", async () => {
    const piece = Buffer.alloc(1024 * 1024);
    let written = 0;
    let drained = 0;
    primary.handler = async (_request, response) => {
      for (; written < 200 && !response.destroyed; written++) {
        if (!response.write(piece)) await once(response, "drain").catch(() => undefined);
        drained = performance.now();
      }
    };
    await openWithoutChecks();
    const request = send("/").end();
    const response = await responseTo(request);
    response.on("error", () => undefined);
    // A response without a listener is not read. The region is stuck once its last write stays undrained.
    await vi.waitFor(() => expect(performance.now() - drained).toBeGreaterThan(500), { timeout: 20_000 });
    expect(written).toBeLessThan(100);
    request.destroy();
  });

  it("ends in an error event and is not replayed when the region breaks off", async () => {
    primary.handler = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(EVENTS[0], () => response.destroy());
    };
    await openWithoutChecks();
    const received = await (await fetch(`${url}/v1/messages`, { method: "POST", body: "{}" })).text();
    expect(received.startsWith(`${EVENTS[0]}event: error\ndata: {"type":"error"`)).toBe(true);
    expect(received).toContain("region-a broke off this stream");
    expect(standby.requests).toEqual([]);
  });

  it("sets the error event apart from an event that broke off in its middle", async () => {
    primary.handler = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('event: delta\ndata: {"te', () => response.destroy());
    };
    await openWithoutChecks();
    expect(await (await fetch(url)).text()).toMatch(/data: \{"te\n\nevent: error\n/);
  });

  it.each([
    ["of known length", { "content-type": "application/json", "content-length": "100" }],
    ["in chunks", { "content-type": "application/json" }],
    ["of events that are compressed", { "content-type": "text/event-stream", "content-encoding": "gzip" }],
  ])("%s breaks off at the client too, so that it cannot pass for complete", async (_, headers) => {
    primary.handler = (_request, response) => {
      response.writeHead(200, headers);
      response.write("{", () => response.destroy());
    };
    await openWithoutChecks();
    const response = await responseTo(send("/").end());
    await expect(text(response)).rejects.toThrow("aborted");
    expect(standby.requests).toEqual([]);
  });
});

describe("when a region cannot be connected to", () => {
  it("the request goes to the other one, once, with its whole body", async () => {
    standby.handler = async (request, response) => response.end(await text(request));
    await openWithoutChecks();
    await primary.stop();
    const body = "x".repeat(3_000_000);
    const response = await fetch(`${url}/v1/messages`, { method: "POST", body });
    expect([response.status, response.headers.get("x-claude-agent-region")]).toEqual([200, "region-b"]);
    expect((await response.text()) === body).toBe(true);
    expect(standby.requests).toHaveLength(1);
  });

  it("and the other one neither, the answer is a 503 that says so of both", async () => {
    await openWithoutChecks();
    await Promise.all([primary.stop(), standby.stop()]);
    const response = await fetch(`${url}/v1/messages`, { method: "POST", body: "{}" });
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      type: "error",
      error: {
        type: "overloaded_error",
        message: expect.stringMatching(
          /region-a \(http.*could not be connected to just now.*ECONNREFUSED.*region-b \(http.*could not.*ECONNREFUSED/,
        ),
      },
    });
  });
});

describe("when a region closes the connection before it answers", () => {
  it("the client gets a 502 and no other region gets the request", async () => {
    primary.handler = (request) => request.socket.destroy();
    await openWithoutChecks();
    const response = await fetch(`${url}/v1/messages`, { method: "POST", body: "{}" });
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({
      type: "error",
      error: { type: "api_error", message: expect.stringContaining("region-a closed the connection") },
    });
    expect(standby.requests).toEqual([]);
  });
});

describe("failover", () => {
  it("asks for readiness on a new connection each time, because an old one says nothing about new ones", async () => {
    await open();
    await vi.waitFor(() => expect(primary.checks.length).toBeGreaterThan(2), { timeout: 20_000 });
    expect(new Set(primary.checks.map(({ headers }) => headers.connection))).toEqual(new Set(["close"]));
  });

  it("moves to the standby when the primary is not ready, and back when it is", async () => {
    const door = await open();
    expect(await (await fetch(url)).text()).toBe("from a");
    primary.ready = 503;
    await door.untilActive("region-b");
    expect(await (await fetch(url)).text()).toBe("from b");
    primary.ready = 200;
    await door.untilActive("region-a");
    expect(await (await fetch(url)).text()).toBe("from a");
  });

  it("moves to the standby when the primary is killed, and back when it runs again", async () => {
    const door = await open();
    await primary.stop();
    await door.untilActive("region-b");
    await primary.listen();
    await door.untilActive("region-a");
  });

  it("moves to the standby when the primary's check gets no answer in time", async () => {
    const door = await open({ ...FAST_HEALTH, timeoutMs: 50 });
    primary.ready = "hang";
    await door.untilActive("region-b");
    expect((await door.status()).regions[0]?.lastFailure?.reason).toBe("/ready gave no answer within 50 ms");
  });

  it("lets a stream end on the primary that was left", async () => {
    const started = Promise.withResolvers<http.ServerResponse>();
    primary.handler = (_request, response) => {
      response.write("first ");
      started.resolve(response);
    };
    const door = await open();
    const response = await responseTo(send("/").end());
    primary.ready = 503;
    await door.untilActive("region-b");
    (await started.promise).end("last");
    expect(await text(response)).toBe("first last");
  });

  it("answers 503 with the reasons of both while both are down", async () => {
    const door = await open();
    primary.ready = 500;
    standby.ready = 503;
    await door.untilActive(null);
    const response = await fetch(url);
    expect(response.status).toBe(503);
    expect(await response.text()).toMatch(
      /region-a .*down, \/ready answered 500.*region-b .*down, \/ready answered 503/,
    );
    expect(primary.requests).toEqual([]);
  });

  it("uses the standby from the first request on when the primary was never there", async () => {
    await primary.stop();
    await openWithoutChecks();
    expect(await (await fetch(url)).text()).toBe("from b");
  });
});

describe("the status of the front door", () => {
  it("tells the state of each region and endpoint, since when, and why it failed", async () => {
    const door = await open();
    standby.ready = 503;
    await vi.waitFor(async () => expect((await door.status()).regions[1]?.state).toBe("down"), {
      timeout: 20_000,
    });
    const down = {
      state: "down",
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      lastFailure: { at: expect.any(String), reason: "/ready answered 503" },
    };
    expect(await door.status()).toEqual({
      active: "region-a",
      regions: [
        {
          name: "region-a",
          role: "primary",
          state: "up",
          since: expect.any(String),
          lastFailure: null,
          ejectedUntil: null,
          ejectedBecause: null,
          endpoints: [{ url: primary.url, state: "up", since: expect.any(String), lastFailure: null }],
        },
        {
          name: "region-b",
          role: "standby",
          ...down,
          ejectedUntil: null,
          ejectedBecause: null,
          endpoints: [{ url: standby.url, ...down }],
        },
      ],
    });
    expect(primary.requests).toEqual([]);
  });
});
