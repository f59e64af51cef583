import { readFile } from "node:fs/promises";
import { z } from "zod";

const ENDPOINT = z
  .url({ protocol: /^https?$/ })
  .refine((url) => new URL(url).origin === url.replace(/\/$/, ""), {
    error: "must be an origin without path, such as http://10.77.1.1:30080",
  })
  .transform((url) => new URL(url).origin);

const REGION = z.strictObject({
  name: z.string().min(1),
  role: z.enum(["primary", "standby"]),
  endpoints: z.array(ENDPOINT).min(1),
});

const HEALTH = z.strictObject({
  intervalMs: z.number().int().positive().default(1_000),
  timeoutMs: z.number().int().positive().default(1_000),
  failuresToDown: z.number().int().positive().default(2),
  successesToUp: z.number().int().positive().default(3),
  stableMs: z.number().int().nonnegative().default(5_000),
  silenceMs: z.number().int().nonnegative().default(10_000),
});

const OUTLIERS = z
  .strictObject({
    windowMs: z.number().int().positive().default(10_000),
    minAnswers: z.number().int().positive().default(20),
    maxFailedShare: z.number().positive().max(1).default(0.5),
    flapWindowMs: z.number().int().positive().default(120_000),
    maxFalls: z.number().int().positive().default(3),
    ejectionMs: z.number().int().positive().default(30_000),
    maxEjectionMs: z.number().int().positive().default(300_000),
  })
  .refine(({ ejectionMs, maxEjectionMs }) => ejectionMs <= maxEjectionMs, {
    error: "must not be less than ejectionMs",
    path: ["maxEjectionMs"],
  });

const FRONT_DOOR = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.number().int().min(0).max(65_535),
  regions: z
    .array(REGION)
    .min(1)
    .refine((regions) => regions.filter(({ role }) => role === "primary").length === 1, {
      error: "exactly one region must have the role primary",
    })
    .refine((regions) => areDistinct(regions.map(({ name }) => name)), {
      error: "the names of the regions must differ",
    })
    .refine((regions) => areDistinct(regions.flatMap(({ endpoints }) => endpoints)), {
      error: "an endpoint must be given only once",
    }),
  health: HEALTH.prefault({}),
  outliers: OUTLIERS.prefault({}),
  connectTimeoutMs: z.number().int().positive().default(500),
  drainMs: z.number().int().nonnegative().default(10_000),
});

/**
 * Settings of the front door. Times in milliseconds; everything but `port` and `regions` has a default.
 *
 * - `host` 127.0.0.1; port 0 takes a free one.
 * - `regions`: each with the origins at which it can be reached, one per worker.
 * - `health`, of each endpoint: a check every second with one second to answer, down after 2 failures, back after 3
 *   successes over 5 seconds. What is open to it is broken off when for 10 seconds nobody was there even to refuse a
 *   connection.
 * - `outliers`: a region is put last for 30 seconds when half of at least 20 answers within 10 seconds failed, or when
 *   it went down for the third time within 2 minutes; each time twice as long as the time before, up to 5 minutes, and
 *   30 seconds again after 5 calm minutes. Never while no other region is up.
 * - `connectTimeoutMs` 500: a connection on one machine takes less than a millisecond, and a lost first packet is sent
 *   again only after a second, so nothing is won by waiting longer.
 * - `drainMs` 10 seconds for open requests to end on SIGTERM.
 */
export type FrontDoorConfig = z.output<typeof FRONT_DOOR>;
/** The same as written in a file, where settings with a default may be left out. */
export type FrontDoorSettings = z.input<typeof FRONT_DOOR>;
export type RegionConfig = FrontDoorConfig["regions"][number];

/** @throws Error that lists every fault with its path */
export function parseFrontDoorConfig(settings: unknown): FrontDoorConfig {
  const result = FRONT_DOOR.safeParse(settings);
  if (result.success) return result.data;
  throw new Error(`The front door's configuration is wrong:\n${z.prettifyError(result.error)}`);
}

/** @throws Error where the file cannot be read, is not JSON or holds wrong settings */
export async function readFrontDoorConfig(file: string): Promise<FrontDoorConfig> {
  const text = await readFile(file, "utf8");
  try {
    return parseFrontDoorConfig(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
