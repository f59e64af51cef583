import type { StatsFs } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { HealthReadings } from "./ports.ts";

/**
 * Room on the disk of a folder, as an unprivileged process sees it. For a folder that is not there yet, which is made once
 * there is something to keep, it is that of the nearest one above it.
 */
export async function readDataDisk(folder: string): Promise<NonNullable<HealthReadings["dataDisk"]>> {
  const { bavail, bfree, blocks, bsize } = await statfsOfNearest(folder);
  const reservedForRoot = bfree - bavail;
  return { freeBytes: bavail * bsize, totalBytes: (blocks - reservedForRoot) * bsize };
}

async function statfsOfNearest(folder: string): Promise<StatsFs> {
  try {
    return await statfs(folder);
  } catch (fault) {
    const isAbsent = fault instanceof Error && "code" in fault && fault.code === "ENOENT";
    if (!isAbsent || folder === dirname(folder)) throw fault;
    return await statfsOfNearest(dirname(folder));
  }
}
