import { readFile } from "node:fs/promises";
import { z } from "zod";

const REGION = z.strictObject({
  name: z.string().min(1),
  role: z.enum(["primary", "standby"]),
  url: z.url({ protocol: /^https?$/ }).refine((url) => new URL(url).origin === url.replace(/\/$/, ""), {
    error: "must be an origin without path, such as http://127.77.1.1:8080",
  }),
});

const HEALTH = z.strictObject({
  intervalMs: z.number().int().positive().default(1_000),
  timeoutMs: z.number().int().positive().default(1_000),
  failuresToDown: z.number().int().positive().default(2),
  successesToUp: z.number().int().positive().default(3),
  stableMs: z.number().int().nonnegative().default(5_000),
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
    .refine((regions) => new Set(regions.map(({ name }) => name)).size === regions.length, {
      error: "the names of the regions must differ",
    }),
  health: HEALTH.prefault({}),
  connectTimeoutMs: z.number().int().positive().default(2_000),
  drainMs: z.number().int().nonnegative().default(10_000),
});

/**
 * Settings of the front door. Times in milliseconds; everything but `port` and `regions` has a default:
 * `host` 127.0.0.1, checks every second with one second to answer, down after 2 failures, back after 3 successes over
 * 5 seconds, 2 seconds to connect, 10 seconds for open requests to end on SIGTERM. Port 0 takes a free one.
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
