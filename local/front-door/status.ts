import type { Failure, HealthState } from "./endpoint-health.ts";
import type { RegionConfig } from "./front-door-config.ts";
import type { Ejection } from "./outlier.ts";
import type { RegionHealth } from "./region-health.ts";

/** Where the front door tells about itself. */
export const STATUS_PATH = "/front-door/status";

/** Answer of {@link STATUS_PATH}; times in ISO 8601. */
export interface FrontDoorStatus {
  /** The region that gets the next request; null when all are down. */
  readonly active: string | null;
  readonly regions: readonly RegionStatus[];
}

export interface RegionStatus extends HealthStatus, Pick<RegionConfig, "name" | "role"> {
  /** Until when it is put last although it may be up, and why; null while it is not. */
  readonly ejectedUntil: string | null;
  readonly ejectedBecause: string | null;
  readonly endpoints: readonly EndpointStatus[];
}

export interface EndpointStatus extends HealthStatus {
  readonly url: string;
}

interface HealthStatus {
  readonly state: HealthState;
  /** Since when it is in this state. */
  readonly since: string;
  readonly lastFailure: { readonly at: string; readonly reason: string } | null;
}

interface Subject {
  readonly config: Pick<RegionConfig, "name" | "role">;
  readonly health: RegionHealth;
  readonly ejection: Ejection | undefined;
  readonly endpoints: readonly { readonly url: string; readonly health: RegionHealth }[];
}

export function regionStatus({ config: { name, role }, health, ejection, endpoints }: Subject): RegionStatus {
  return {
    name,
    role,
    ...healthStatus(health),
    ejectedUntil: ejection ? isoTime(ejection.until) : null,
    ejectedBecause: ejection?.reason ?? null,
    endpoints: endpoints.map((endpoint) => ({ url: endpoint.url, ...healthStatus(endpoint.health) })),
  };
}

function healthStatus({ state, since, lastFailure }: RegionHealth): HealthStatus {
  return { state, since: isoTime(since), lastFailure: lastFailure ? failureStatus(lastFailure) : null };
}

function failureStatus({ at, reason }: Failure): HealthStatus["lastFailure"] {
  return { at: isoTime(at), reason };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
