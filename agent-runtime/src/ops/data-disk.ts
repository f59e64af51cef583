import { statfs } from "node:fs/promises";
import type { HealthReadings } from "./ports.ts";

/** Room on the disk of a folder, as an unprivileged process sees it. @throws {Error} when the folder does not exist. */
export async function readDataDisk(folder: string): Promise<NonNullable<HealthReadings["dataDisk"]>> {
  const { bavail, bfree, blocks, bsize } = await statfs(folder);
  const reservedForRoot = bfree - bavail;
  return { freeBytes: bavail * bsize, totalBytes: (blocks - reservedForRoot) * bsize };
}
