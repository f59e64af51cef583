import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseFrontDoorConfig, readFrontDoorConfig } from "../../../local/front-door/front-door-config.ts";

const PRIMARY = {
  name: "region-a",
  role: "primary",
  endpoints: ["http://10.77.1.1:30080", "http://10.77.1.2:30080"],
};
const STANDBY = { name: "region-b", role: "standby", endpoints: ["http://10.77.2.1:30080"] };
const VALID = { port: 8787, regions: [PRIMARY, STANDBY] };

const withEndpoints = (...endpoints: string[]) => ({
  ...VALID,
  regions: [{ ...PRIMARY, endpoints }, STANDBY],
});

describe("the front door's configuration", () => {
  it("fills in everything but the port and the regions", () => {
    expect(parseFrontDoorConfig(VALID)).toEqual({
      ...VALID,
      host: "127.0.0.1",
      health: {
        intervalMs: 1_000,
        timeoutMs: 1_000,
        failuresToDown: 2,
        successesToUp: 3,
        stableMs: 5_000,
        silenceMs: 10_000,
      },
      outliers: {
        windowMs: 10_000,
        minAnswers: 20,
        maxFailedShare: 0.5,
        flapWindowMs: 120_000,
        maxFalls: 3,
        ejectionMs: 30_000,
        maxEjectionMs: 300_000,
      },
      connectTimeoutMs: 500,
      drainMs: 10_000,
    });
  });

  it("takes an origin with a slash at its end for the same without", () => {
    const { regions } = parseFrontDoorConfig(withEndpoints("http://x:1/"));
    expect(regions[0]?.endpoints).toEqual(["http://x:1"]);
  });

  it.each([
    ["no regions", { ...VALID, regions: [] }, "regions"],
    [
      "two primaries",
      { ...VALID, regions: [PRIMARY, { ...STANDBY, role: "primary" }] },
      "exactly one region",
    ],
    ["no primary", { ...VALID, regions: [STANDBY] }, "exactly one region"],
    ["one name twice", { ...VALID, regions: [PRIMARY, { ...STANDBY, name: PRIMARY.name }] }, "must differ"],
    ["a region without endpoints", withEndpoints(), "regions[0].endpoints"],
    ["an endpoint with a path", withEndpoints("http://x:1/v1"), "without path"],
    ["an endpoint of another protocol", withEndpoints("ftp://x"), "regions[0].endpoints[0]"],
    ["an endpoint given twice", withEndpoints("http://x:1", "http://x:1/"), "only once"],
    ["an endpoint of two regions", withEndpoints(...STANDBY.endpoints), "only once"],
    ["a single URL", { ...VALID, regions: [{ ...PRIMARY, url: "http://x:1" }] }, "url"],
    ["a misspelt key", { ...VALID, regoins: [] }, "regoins"],
    ["a port out of range", { ...VALID, port: 70_000 }, "port"],
    ["a share above one", { ...VALID, outliers: { maxFailedShare: 1.5 } }, "outliers.maxFailedShare"],
    [
      "a longest ejection below the first",
      { ...VALID, outliers: { maxEjectionMs: 1 } },
      "outliers.maxEjectionMs",
    ],
    ["an interval of zero", { ...VALID, health: { intervalMs: 0 } }, "health.intervalMs"],
  ])("refuses %s", (_, settings, expected) => {
    expect(() => parseFrontDoorConfig(settings)).toThrow(expected);
  });

  it("names all faults at once", () => {
    const parse = () => parseFrontDoorConfig({ port: -1, regions: [] });
    expect(parse).toThrow("port");
    expect(parse).toThrow("regions");
  });

  it.each([
    ["{", "JSON"],
    ["{}", "regions"],
  ])("names the file that holds %j", async (text, expected) => {
    const folder = await mkdtemp(join(tmpdir(), "front-door-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "front-door.json");
    await writeFile(file, text);
    await expect(readFrontDoorConfig(file)).rejects.toThrow(file);
    await expect(readFrontDoorConfig(file)).rejects.toThrow(expected);
  });
});
