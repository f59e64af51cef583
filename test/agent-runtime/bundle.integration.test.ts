import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bundle, bundleRuntime } from "../../agent-runtime/bundle.ts";
import { openStream, spawnRuntime } from "./spawned-runtime.ts";

let folder: string;
let bundle: Bundle;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-"));
  bundle = await bundleRuntime(join(folder, "main.mjs"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("the bundle", () => {
  it("runs alone, in a folder without packages", async () => {
    const runtime = await spawnRuntime(bundle.path);
    try {
      expect(await (await openStream(runtime.url, "words=3")).rest()).toContain("event: message_stop");
      runtime.signal("SIGTERM");
      expect(await runtime.exited).toEqual({ code: 0, signal: null });
    } finally {
      await runtime.stop();
    }
  });

  it("has the same bytes whenever and wherever it is made", async () => {
    const again = await bundleRuntime(join(folder, "elsewhere", "again.mjs"));
    expect(again.sha256).toBe(bundle.sha256);
    expect(again.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});
