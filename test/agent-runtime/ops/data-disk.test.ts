import path from "node:path";
import { describe, expect, it } from "vitest";
import { readDataDisk } from "../../../agent-runtime/src/ops/data-disk.ts";

describe("readDataDisk", () => {
  it("reads the disk that a folder lies on", async () => {
    const { freeBytes, totalBytes } = await readDataDisk(import.meta.dirname);
    expect(totalBytes).toBeGreaterThan(0);
    expect(freeBytes).toBeGreaterThanOrEqual(0);
    expect(freeBytes).toBeLessThanOrEqual(totalBytes);
  });

  it("of a folder that is not there yet reads the one that it will lie on", async () => {
    const { totalBytes } = await readDataDisk(path.join(import.meta.dirname, "not", "there"));
    expect(totalBytes).toBe((await readDataDisk(import.meta.dirname)).totalBytes);
  });

  it("fails for what is no folder", async () => {
    await expect(readDataDisk(path.join(import.meta.filename, "below"))).rejects.toThrow("ENOTDIR");
  });
});
