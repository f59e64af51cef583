/** When an endpoint counts as down and when as back. */
export interface HealthPolicy {
  /** Failed checks in a row after which an endpoint is down. */
  readonly failuresToDown: number;
  /** Successful checks in a row that an endpoint which was down needs to be back. */
  readonly successesToUp: number;
  /** How long those successes must have lasted, in milliseconds: a flapping endpoint never gets there. */
  readonly stableMs: number;
}

/** Outcome of one health check, or a connect that failed in traffic; times in milliseconds. */
export type Check =
  | { readonly ok: true; readonly at: number }
  | {
      readonly ok: false;
      readonly at: number;
      readonly reason: string;
      /** Whether nobody was there, not even to refuse the connection. */
      readonly isSilent: boolean;
    };

export interface Failure {
  readonly at: number;
  readonly reason: string;
}

/**
 * What is known of an endpoint. `starting`: not heard of yet. `up`: serves, with the failures in a row that it is
 * forgiven. `down`: does not answer. `recovering`: answers again, and has to prove itself.
 */
export type EndpointHealth = { readonly since: number; readonly lastFailure: Failure | undefined } & (
  | { readonly state: "starting"; readonly failures: number }
  | { readonly state: "up"; readonly failures: number }
  | { readonly state: "down" }
  | { readonly state: "recovering"; readonly successes: number }
);

export type HealthState = EndpointHealth["state"];

export function startingHealth(at: number): EndpointHealth {
  return { state: "starting", since: at, failures: 0, lastFailure: undefined };
}

/** The health of an endpoint after one more check. Pure: all time comes with the checks. */
export function observe(health: EndpointHealth, check: Check, policy: HealthPolicy): EndpointHealth {
  return check.ok ? afterSuccess(health, check.at, policy) : afterFailure(health, check, policy);
}

function afterSuccess(health: EndpointHealth, at: number, policy: HealthPolicy): EndpointHealth {
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
): EndpointHealth {
  return successes >= successesToUp && at - since >= stableMs
    ? { state: "up", since: at, failures: 0, lastFailure }
    : { state: "recovering", since, successes, lastFailure };
}

function afterFailure(health: EndpointHealth, { at, reason }: Failure, policy: HealthPolicy): EndpointHealth {
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
