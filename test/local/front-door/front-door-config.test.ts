import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseFrontDoorConfig, readFrontDoorConfig } from "../../../local/front-door/front-door-config.ts";

const PRIMARY = { name: "region-a", role: "primary", url: "http://127.77.1.1:8080" };
const STANDBY = { name: "region-b", role: "standby", url: "http://127.77.2.1:8080" };
const VALID = { port: 8787, regions: [PRIMARY, STANDBY] };

describe("the front door's configuration", () => {
  it("fills in everything but the port and the regions", () => {
    expect(parseFrontDoorConfig(VALID)).toEqual({
      ...VALID,
      host: "127.0.0.1",
      health: { intervalMs: 1_000, timeoutMs: 1_000, failuresToDown: 2, successesToUp: 3, stableMs: 5_000 },
      connectTimeoutMs: 2_000,
      drainMs: 10_000,
    });
  });

  it.each([
    ["no regions", { ...VALID, regions: [] }, "regions"],
    ["two primaries", { ...VALID, regions: [PRIMARY, { ...PRIMARY, name: "x" }] }, "exactly one region"],
    ["no primary", { ...VALID, regions: [STANDBY] }, "exactly one region"],
    ["one name twice", { ...VALID, regions: [PRIMARY, { ...STANDBY, name: PRIMARY.name }] }, "must differ"],
    ["a URL with a path", { ...VALID, regions: [{ ...PRIMARY, url: "http://x:1/v1" }] }, "without path"],
    ["a URL of another protocol", { ...VALID, regions: [{ ...PRIMARY, url: "ftp://x" }] }, "regions[0].url"],
    ["a misspelt key", { ...VALID, regoins: [] }, "regoins"],
    ["a port out of range", { ...VALID, port: 70_000 }, "port"],
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
