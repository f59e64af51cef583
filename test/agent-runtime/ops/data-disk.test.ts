import { describe, expect, it } from "vitest";
import { readDataDisk } from "../../../agent-runtime/src/ops/data-disk.ts";

describe("readDataDisk", () => {
  it("reads the disk that a folder lies on", async () => {
    const { freeBytes, totalBytes } = await readDataDisk(import.meta.dirname);
    expect(totalBytes).toBeGreaterThan(0);
    expect(freeBytes).toBeGreaterThanOrEqual(0);
    expect(freeBytes).toBeLessThanOrEqual(totalBytes);
  });

  it("fails for a folder that is not there", async () => {
    await expect(readDataDisk("/nowhere/at/all")).rejects.toThrow("ENOENT");
  });
});
