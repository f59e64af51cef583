import { z } from "zod";
import type { CacheStatistics } from "../../cache/caches.ts";
import type { OpsApp } from "../ops-app.ts";
import type { OpsDeps } from "../ports.ts";

const count = z.int().nonnegative();

export const cacheList = z.object({
  caches: z.array(
    z.object({
      name: z.string(),
      entries: count,
      bytes: count,
      hits: count,
      misses: count,
      joined: count.describe("Requests that took the answer of another one that was under way"),
      evictions: count.describe("Entries that left for lack of room"),
      hitPercent: z.number().min(0).max(100).exactOptional().describe("Absent before the first look-up"),
    }),
  ),
});

export const cacheInvalidation = z.object({ removed: count });

const invalidateBody = z.strictObject({
  cache: z.string().min(1).max(64).exactOptional().describe("Absent: all caches"),
  pattern: z
    .string()
    .regex(/^[\x20-\x7e]{1,512}$/, "must be 1 to 512 printable characters")
    .describe("Glob with `*`; `*` alone removes everything"),
});

/** Statistics of the caches, and removal of entries. */
export function addCacheRoutes(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/caches",
    {
      config: { action: "admin:caches:read" },
      schema: {
        tags: ["caches"],
        summary: "Caches of this process, since it started",
        response: { 200: cacheList },
      },
    },
    () => ({
      caches: Object.entries(deps.caches.statistics()).map(([name, statistics]) => ({
        name,
        ...statistics,
        ...hitPercentOf(statistics),
      })),
    }),
  );
  app.post(
    "/caches/invalidate",
    {
      config: { action: "admin:caches:write" },
      schema: {
        tags: ["caches"],
        summary: "Removes entries that match, in every process of the region",
        body: invalidateBody,
        response: { 200: cacheInvalidation },
      },
    },
    async ({ body }) => ({ removed: await deps.caches.invalidate(body) }),
  );
}

/** Who joined another one's request was not served from the cache, and cost nothing either: it counts as a hit. */
function hitPercentOf({ hits, misses, joined }: CacheStatistics): { hitPercent?: number } {
  const lookUps = hits + joined + misses;
  return lookUps === 0 ? {} : { hitPercent: Math.round((1000 * (hits + joined)) / lookUps) / 10 };
}
