import { parseMemoryBytes } from "../quantity.ts";

/** PostgreSQL's documentation recommends a quarter of the memory; the kernel caches files with the rest. */
const CACHE_PART_OF_LIMIT = 0.25;

/** Memory for cached pages, as PostgreSQL writes it. */
export function sharedBuffers(memoryLimit: string): string {
  return `${Math.max(16, Math.floor((parseMemoryBytes(memoryLimit) * CACHE_PART_OF_LIMIT) / 2 ** 20))}MB`;
}
