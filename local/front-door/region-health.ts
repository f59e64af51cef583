import type { EndpointHealth, Failure, HealthState } from "./endpoint-health.ts";

/** What the endpoints of a region make of it. */
export interface RegionHealth {
  readonly state: HealthState;
  /** Since when it is in this state, in milliseconds. */
  readonly since: number;
  /** The last failure of any of its endpoints. */
  readonly lastFailure: Failure | undefined;
}

/** One that answers but is not proven is better than none; one that is down gets nothing. */
const RANKS = { up: 0, starting: 1, recovering: 1, down: Number.POSITIVE_INFINITY } as const satisfies Record<
  HealthState,
  number
>;

/** How good a state is: less is better, infinity is useless. */
export function rankOf(state: HealthState): number {
  return RANKS[state];
}

/** A region is as healthy as its best endpoint. Its time begins anew only when its own state changes. */
export function healthOfRegion(
  endpoints: readonly EndpointHealth[],
  before?: Pick<RegionHealth, "state" | "since">,
): RegionHealth {
  const state = bestState(endpoints);
  const lastChange = Math.max(...endpoints.map(({ since }) => since));
  return {
    state,
    since: before?.state === state ? before.since : lastChange,
    lastFailure: lastFailureOf(endpoints),
  };
}

function bestState(endpoints: readonly EndpointHealth[]): HealthState {
  return endpoints.reduce<HealthState>(
    (best, { state }) => (rankOf(state) < rankOf(best) ? state : best),
    "down",
  );
}

function lastFailureOf(endpoints: readonly EndpointHealth[]): Failure | undefined {
  return endpoints
    .flatMap(({ lastFailure }) => lastFailure ?? [])
    .reduce<Failure | undefined>(
      (last, failure) => (last && last.at > failure.at ? last : failure),
      undefined,
    );
}
