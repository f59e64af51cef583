/** When a region counts as down and when as back. */
export interface HealthPolicy {
  /** Failed checks in a row after which a region is down. */
  readonly failuresToDown: number;
  /** Successful checks in a row that a region which was down needs to be back. */
  readonly successesToUp: number;
  /** How long those successes must have lasted, in milliseconds: a flapping region never gets there. */
  readonly stableMs: number;
}

/** Outcome of one health check; times in milliseconds. */
export type Check =
  | { readonly ok: true; readonly at: number }
  | { readonly ok: false; readonly at: number; readonly reason: string };

export interface Failure {
  readonly at: number;
  readonly reason: string;
}

/**
 * What is known of a region. `starting`: not heard of yet. `up`: serves, with the failures in a row that it is
 * forgiven. `down`: does not answer. `recovering`: answers again, and has to prove itself.
 */
export type RegionHealth = { readonly since: number; readonly lastFailure: Failure | undefined } & (
  | { readonly state: "starting"; readonly failures: number }
  | { readonly state: "up"; readonly failures: number }
  | { readonly state: "down" }
  | { readonly state: "recovering"; readonly successes: number }
);

export function startingHealth(at: number): RegionHealth {
  return { state: "starting", since: at, failures: 0, lastFailure: undefined };
}

/** The health of a region after one more check. Pure: all time comes with the checks. */
export function observe(health: RegionHealth, check: Check, policy: HealthPolicy): RegionHealth {
  return check.ok ? afterSuccess(health, check.at, policy) : afterFailure(health, check, policy);
}

function afterSuccess(health: RegionHealth, at: number, policy: HealthPolicy): RegionHealth {
  const { lastFailure } = health;
  switch (health.state) {
    case "starting":
      return { state: "up", since: at, failures: 0, lastFailure };
    case "up":
      return { ...health, failures: 0 };
    case "down":
      return proven({ since: at, successes: 1, lastFailure }, at, policy);
    case "recovering":
      return proven({ ...health, successes: health.successes + 1 }, at, policy);
  }
}

function proven(
  { since, successes, lastFailure }: { since: number; successes: number; lastFailure: Failure | undefined },
  at: number,
  { successesToUp, stableMs }: HealthPolicy,
): RegionHealth {
  return successes >= successesToUp && at - since >= stableMs
    ? { state: "up", since: at, failures: 0, lastFailure }
    : { state: "recovering", since, successes, lastFailure };
}

function afterFailure(health: RegionHealth, { at, reason }: Failure, policy: HealthPolicy): RegionHealth {
  const lastFailure = { at, reason };
  switch (health.state) {
    case "starting":
    case "up": {
      const failures = health.failures + 1;
      return failures >= policy.failuresToDown
        ? { state: "down", since: at, lastFailure }
        : { ...health, failures, lastFailure };
    }
    case "down":
      return { ...health, lastFailure };
    case "recovering":
      return { state: "down", since: at, lastFailure };
  }
}
