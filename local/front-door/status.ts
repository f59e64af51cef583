import type { RegionConfig } from "./front-door-config.ts";
import type { Failure, RegionHealth } from "./region-health.ts";

/** Where the front door tells about itself. */
export const STATUS_PATH = "/front-door/status";

/** Answer of {@link STATUS_PATH}; times in ISO 8601. */
export interface FrontDoorStatus {
  /** The region that gets the next request; null when all are down. */
  readonly active: string | null;
  readonly regions: readonly RegionStatus[];
}

export interface RegionStatus extends RegionConfig {
  readonly state: RegionHealth["state"];
  /** Since when it is in this state. */
  readonly since: string;
  readonly lastFailure: { readonly at: string; readonly reason: string } | null;
}

export function regionStatus(
  region: RegionConfig,
  { state, since, lastFailure }: RegionHealth,
): RegionStatus {
  return {
    ...region,
    state,
    since: isoTime(since),
    lastFailure: lastFailure ? failureStatus(lastFailure) : null,
  };
}

function failureStatus({ at, reason }: Failure): RegionStatus["lastFailure"] {
  return { at: isoTime(at), reason };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
