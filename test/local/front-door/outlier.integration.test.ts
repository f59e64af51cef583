import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FAST_HEALTH, NO_MORE_CHECKS, RunningFrontDoor } from "./running-front-door.ts";
import { ScriptedRegion } from "./scripted-region.ts";

let primary: ScriptedRegion;
let standby: ScriptedRegion;
let door: RunningFrontDoor;

beforeEach(async () => {
  primary = await ScriptedRegion.start((_request, response) => response.end("from a"));
  standby = await ScriptedRegion.start((_request, response) => response.end("from b"));
});

afterEach(async () => {
  await Promise.all([primary.stop(), standby.stop()]);
  await door.close();
});

async function open(settings: Parameters<typeof RunningFrontDoor.start>[1] = {}): Promise<void> {
  const regions = { "region-a": [primary], "region-b": [standby] };
  door = await RunningFrontDoor.start(regions, { health: NO_MORE_CHECKS, ...settings });
}

/** Statuses of so many requests, one after the other. */
async function statusesOf(times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < times; index++)
    statuses.push((await fetch(`${door.url}/v1/messages`, { method: "POST", body: "{}" })).status);
  return statuses;
}

const answerWith =
  (status: number, headers: Record<string, string> = {}): ScriptedRegion["handler"] =>
  (_request, response) =>
    response.writeHead(status, headers).end();

const region = async () => (await fetch(door.url)).headers.get("x-claude-agent-region");

describe("a primary that is ready but answers every second request with 500", () => {
  beforeEach(() => {
    let count = 0;
    primary.handler = (_request, response) => response.writeHead(count++ % 2 === 0 ? 200 : 500).end();
  });

  it("has its answers passed on, and none is asked for again elsewhere", async () => {
    await open();
    expect(await statusesOf(6)).toEqual([200, 500, 200, 500, 200, 500]);
    expect([primary.requests.length, standby.requests.length]).toEqual([6, 0]);
  });

  it("is left for the standby after twenty answers, and the status says until when and why", async () => {
    await open();
    await statusesOf(20);
    expect(await region()).toBe("region-b");
    expect(primary.requests).toHaveLength(20);
    expect(await door.status()).toMatchObject({
      active: "region-b",
      regions: [
        {
          name: "region-a",
          state: "up",
          ejectedUntil: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          ejectedBecause: "10 of 20 answers within 10000 ms failed",
        },
        { name: "region-b", ejectedUntil: null, ejectedBecause: null },
      ],
    });
  });

  it("gets traffic back when its time is over", async () => {
    await open({ outliers: { ejectionMs: 200 } });
    await statusesOf(20);
    expect((await door.status()).active).toBe("region-b");
    await door.untilActive("region-a");
    expect(await door.statusOf("region-a")).toMatchObject({ ejectedUntil: null, ejectedBecause: null });
    expect(await region()).toBe("region-a");
  });

  it("is still used when the standby goes down", async () => {
    await open({ health: FAST_HEALTH });
    await statusesOf(20);
    expect((await door.status()).active).toBe("region-b");
    standby.ready = 503;
    await door.untilActive("region-a");
    expect(await region()).toBe("region-a");
  });

  it("is never left while there is no other region that is up", async () => {
    await standby.stop();
    await open();
    await statusesOf(60);
    expect(primary.requests).toHaveLength(60);
    expect((await door.statusOf("region-a")).ejectedUntil).toBeNull();
  });
});

describe("a primary that is ready", () => {
  it.each([500, 502, 503])("is left when all it answers is %i", async (status) => {
    primary.handler = answerWith(status);
    await open();
    expect(new Set(await statusesOf(20))).toEqual(new Set([status]));
    expect(await region()).toBe("region-b");
  });

  it("is left when it closes every connection before it answers", async () => {
    primary.handler = (request) => request.socket.destroy();
    await open();
    expect(new Set(await statusesOf(20))).toEqual(new Set([502]));
    expect(await region()).toBe("region-b");
  });

  it.each([429, 504, 529])("is kept when all it answers is %i", async (status) => {
    primary.handler = answerWith(status);
    await open();
    expect(new Set(await statusesOf(40))).toEqual(new Set([status]));
    expect(standby.requests).toEqual([]);
  });

  it("is kept when it passes on the errors of the upstream API", async () => {
    primary.handler = answerWith(500, { "x-upstream-request-id": "req_1" });
    await open();
    await statusesOf(40);
    expect(standby.requests).toEqual([]);
  });
});

describe("a primary that goes down and comes back again and again", () => {
  async function flap(): Promise<void> {
    primary.ready = 503;
    await door.untilState("region-a", "down");
    primary.ready = 200;
    await door.untilState("region-a", "up");
  }

  it("gets traffic back twice, and after its third fall not for as long as it is ejected", async () => {
    await open({ health: FAST_HEALTH });
    const actives: (string | null)[] = [];
    for (let count = 0; count < 6; count++) {
      await flap();
      actives.push((await door.status()).active);
    }
    expect(actives).toEqual(["region-a", "region-a", "region-b", "region-b", "region-b", "region-b"]);
    expect((await door.statusOf("region-a")).ejectedBecause).toBe("went down 3 times within 120000 ms");
  });

  it("gets traffic back when it is calm after its time", async () => {
    await open({ health: FAST_HEALTH, outliers: { ejectionMs: 500 } });
    for (let count = 0; count < 3; count++) await flap();
    await door.untilActive("region-a");
    expect(await region()).toBe("region-a");
  });
});
