import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { text } from "node:stream/consumers";
import { buildConnector } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FAST_HEALTH, NO_MORE_CHECKS, RunningFrontDoor } from "./running-front-door.ts";
import { ScriptedRegion } from "./scripted-region.ts";

let workers: [ScriptedRegion, ScriptedRegion, ScriptedRegion];
let standby: ScriptedRegion;
let door: RunningFrontDoor;

beforeEach(async () => {
  const start = (name: string) => ScriptedRegion.start((_request, response) => response.end(name));
  workers = [await start("a1"), await start("a2"), await start("a3")];
  standby = await start("b1");
});

afterEach(async () => {
  await Promise.all([...workers, standby].map((server) => server.stop()));
  await door.close();
  vi.restoreAllMocks();
});

async function open(settings: Parameters<typeof RunningFrontDoor.start>[1] = {}): Promise<void> {
  const regions = { "region-a": workers, "region-b": [standby] };
  door = await RunningFrontDoor.start(regions, { health: NO_MORE_CHECKS, ...settings });
}

const ask = async (body?: string) =>
  await (await fetch(door.url, body === undefined ? {} : { method: "POST", body })).text();

/** The answers to so many requests, one after the other. */
async function askTimes(times: number): Promise<string[]> {
  const answers: string[] = [];
  for (let index = 0; index < times; index++) answers.push(await ask());
  return answers;
}

/** Connects like the front door itself, but to a server that lost power a connect never ends. */
class Network {
  readonly #connect = buildConnector({ allowH2: false });
  readonly #dead = new Set<string>();
  /** Addresses to which a connect was begun, in order. */
  readonly connects: string[] = [];

  powerOff(...servers: ScriptedRegion[]): void {
    for (const { url } of servers) this.#dead.add(url);
  }

  powerOn(): void {
    this.#dead.clear();
  }

  readonly connect: buildConnector.connector = (options, callback) => {
    const url = `${options.protocol}//${options.host}`;
    this.connects.push(url);
    if (!this.#dead.has(url)) this.#connect(options, callback);
  };
}

describe("requests to a region with several endpoints", () => {
  it("go to each of them in turn", async () => {
    await open();
    expect(await askTimes(6)).toEqual(["a1", "a2", "a3", "a1", "a2", "a3"]);
    expect(standby.requests).toEqual([]);
  });

  it("pass over an endpoint that is not ready", async () => {
    workers[1].ready = 503;
    await open({ health: { ...NO_MORE_CHECKS, failuresToDown: 1 } });
    expect(await askTimes(4)).toEqual(["a1", "a3", "a1", "a3"]);
  });

  it("each get a connection of their own, which cannot have lost its worker unseen", async () => {
    await open();
    await askTimes(6);
    const sockets = workers.flatMap(({ requests }) => requests.map(({ socket }) => socket));
    expect(new Set(sockets).size).toBe(6);
    expect(workers[0].requests[0]?.headers.connection).toBe("close");
  });

  it("use connections that the kernel probes once they are silent for a second", async () => {
    const setKeepAlive = vi.spyOn(net.Socket.prototype, "setKeepAlive");
    await open();
    setKeepAlive.mockClear();
    await ask();
    expect(setKeepAlive.mock.calls).toContainEqual([true, 1_000]);
  });
});

describe("when an endpoint refuses connections", () => {
  it("another one of the same region gets the request, once and with its whole body", async () => {
    for (const worker of workers)
      worker.handler = async (request, response) => response.end(await text(request));
    await open();
    await Promise.all([workers[0].stop(), workers[1].stop()]);
    const body = "x".repeat(3_000_000);
    expect((await ask(body)) === body).toBe(true);
    expect(workers[2].requests).toHaveLength(1);
    expect(standby.requests).toEqual([]);
  });

  it("it is down after two requests without a check, and the region stays up", async () => {
    await open();
    await workers[0].stop();
    expect(await askTimes(5)).not.toContain("b1");
    expect(await door.statesOfEndpoints("region-a")).toEqual(["down", "up", "up"]);
    expect(await door.statusOf("region-a")).toMatchObject({
      state: "up",
      endpoints: [{ lastFailure: { reason: expect.stringContaining("ECONNREFUSED") } }, {}, {}],
    });
    expect(new Set(await askTimes(4))).toEqual(new Set(["a2", "a3"]));
  });

  it("it gets requests again once its checks succeed", async () => {
    await open({ health: FAST_HEALTH });
    await workers[0].stop();
    await door.untilEndpoints("region-a", "down", "up", "up");
    await workers[0].listen();
    await door.untilEndpoints("region-a", "up", "up", "up");
    expect(new Set(await askTimes(3))).toEqual(new Set(["a1", "a2", "a3"]));
  });

  it("a stream through another one is not disturbed", async () => {
    const started = Promise.withResolvers<http.ServerResponse>();
    workers[0].handler = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("event: one\ndata: {}\n\n");
      started.resolve(response);
    };
    await open({ health: FAST_HEALTH });
    const request = http.get(door.url, { agent: false });
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    await Promise.all([workers[1].stop(), workers[2].stop()]);
    await door.untilEndpoints("region-a", "up", "down", "down");
    (await started.promise).end("event: two\ndata: {}\n\n");
    expect(await text(response)).toBe("event: one\ndata: {}\n\nevent: two\ndata: {}\n\n");
  });
});

describe("when all endpoints of a region refuse connections", () => {
  it("the request goes on to the next region, once and with its whole body", async () => {
    standby.handler = async (request, response) => response.end(await text(request));
    await open();
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(await ask("all of it")).toBe("all of it");
    expect(standby.requests).toHaveLength(1);
  });

  it("the region is down after the second request", async () => {
    await open();
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(await askTimes(2)).toEqual(["b1", "b1"]);
    expect(await door.status()).toMatchObject({ active: "region-b", regions: [{ state: "down" }, {}] });
  });

  it("and those of every other region too, the request ends after six attempts", async () => {
    const network = new Network();
    const more = await Promise.all(Array.from({ length: 4 }, () => ScriptedRegion.start()));
    door = await RunningFrontDoor.start(
      { "region-a": workers, "region-b": [standby, ...more] },
      { health: NO_MORE_CHECKS, connect: network.connect },
    );
    await Promise.all([...workers, standby, ...more].map((server) => server.stop()));
    network.connects.length = 0;
    expect((await fetch(door.url)).status).toBe(503);
    expect(new Set(network.connects).size).toBe(6);
    expect(network.connects).toHaveLength(6);
    expect(network.connects.slice(0, 3).sort()).toEqual(workers.map(({ url }) => url).sort());
  });
});

describe("when connects to a worker that lost power never end", () => {
  let network: Network;

  async function openWithoutPower(connectTimeoutMs: number, failuresToDown: number): Promise<void> {
    network = new Network();
    const health = { ...NO_MORE_CHECKS, failuresToDown };
    await open({ connect: network.connect, connectTimeoutMs, health });
    network.powerOff(workers[0]);
    network.connects.length = 0;
  }

  const connectsToDead = () => network.connects.filter((url) => url === workers[0].url);

  it("no request fails of many that come at once", async () => {
    await openWithoutPower(20, 2);
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask("{}")));
    expect(new Set(answers)).toEqual(new Set(["a2", "a3"]));
    expect(workers[1].requests.length + workers[2].requests.length).toBe(60);
  });

  it("the first that waits in vain while another worker answers takes it out", async () => {
    await openWithoutPower(500, 1);
    const waiting = ask();
    await vi.waitFor(() => expect(connectsToDead()).toHaveLength(1), { timeout: 20_000, interval: 1 });
    expect(await ask()).toBe("a2");
    expect(["a2", "a3"]).toContain(await waiting);
    expect((await door.statusOf("region-a")).endpoints[0]).toMatchObject({
      state: "down",
      lastFailure: { reason: expect.stringMatching(/no connection to 127.0.0.1:\d+ within 500 ms/) },
    });
    await askTimes(6);
    expect(connectsToDead()).toHaveLength(1);
  });

  it("but nor do connects to any other, nobody is blamed for what may be a busy machine", async () => {
    await openWithoutPower(20, 1);
    network.powerOff(...workers, standby);
    expect((await fetch(door.url)).status).toBe(503);
    expect(await door.statesOfEndpoints("region-a")).toEqual(["up", "up", "up"]);
    network.powerOn();
    expect(await ask()).toMatch(/^a[123]$/);
  });

  it("nor is one blamed for a busy machine because it answers an older request itself", async () => {
    const started = Promise.withResolvers<http.ServerResponse>();
    workers[0].handler = (_request, response) => started.resolve(response);
    network = new Network();
    const health = { ...NO_MORE_CHECKS, failuresToDown: 1 };
    const settings = { connect: network.connect, connectTimeoutMs: 500, health };
    door = await RunningFrontDoor.start({ "region-a": [workers[0]] }, settings);
    const older = ask();
    const held = await started.promise;
    network.powerOff(workers[0]);
    network.connects.length = 0;
    const waiting = fetch(door.url);
    await vi.waitFor(() => expect(connectsToDead()).toHaveLength(1), { timeout: 20_000, interval: 1 });
    held.end("late");
    expect(await older).toBe("late");
    expect((await waiting).status).toBe(503);
    expect(await door.statesOfEndpoints("region-a")).toEqual(["up"]);
  });

  it("what was sent to it before is broken off with an error once it was silent for its time", async () => {
    const reached = workers[0].nextRequest();
    workers[0].handler = () => undefined;
    network = new Network();
    const health = { ...FAST_HEALTH, silenceMs: 100 };
    await open({ connect: network.connect, connectTimeoutMs: 20, health });
    const answer = fetch(door.url);
    await reached;
    network.powerOff(workers[0]);
    const response = await answer;
    expect(response.status).toBe(502);
    expect(await response.text()).toContain("nobody was there for 100 ms");
    expect(workers[1].requests.length + workers[2].requests.length + standby.requests.length).toBe(0);
  });

  it("streams that have begun end in an error event once it was silent for its time", async () => {
    workers[0].handler = (_request, response) =>
      response.writeHead(200, { "content-type": "text/event-stream" }).write("event: one\ndata: {}\n\n");
    network = new Network();
    const health = { ...FAST_HEALTH, silenceMs: 100 };
    await open({ connect: network.connect, connectTimeoutMs: 20, health });
    const response = await fetch(door.url);
    network.powerOff(workers[0]);
    expect(await response.text()).toMatch(/event: one[\s\S]*event: error[\s\S]*nobody was there for 100 ms/);
  });
});

describe("an endpoint that is down but there", () => {
  it("keeps its open requests for as long as they last", async () => {
    const started = Promise.withResolvers<http.ServerResponse>();
    workers[0].handler = (_request, response) => started.resolve(response);
    await open({ health: { ...FAST_HEALTH, silenceMs: 0 } });
    const answer = ask();
    const response = await started.promise;
    workers[0].ready = 503;
    const { length } = workers[0].checks;
    await vi.waitFor(() => expect(workers[0].checks.length).toBeGreaterThan(length + 5), { timeout: 20_000 });
    expect(await door.statesOfEndpoints("region-a")).toEqual(["down", "up", "up"]);
    response.end("late");
    expect(await answer).toBe("late");
  });
});
