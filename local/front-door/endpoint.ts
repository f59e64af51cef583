import type { Dispatcher } from "undici";
import { type Check, type EndpointHealth, observe, startingHealth } from "./endpoint-health.ts";
import type { FrontDoorConfig } from "./front-door-config.ts";
import { HealthChecker } from "./health-checker.ts";
import { steadyNow } from "./steady-clock.ts";

export interface EndpointOptions {
  readonly url: string;
  readonly policy: FrontDoorConfig["health"];
  readonly dispatcher: Dispatcher;
  /** Called after a check that changed the state. */
  readonly onChange: (health: EndpointHealth, before: EndpointHealth) => void;
}

/** One address of a region, with what checks and traffic say of it. */
export class Endpoint {
  readonly url: string;
  readonly checker: HealthChecker;
  readonly #options: EndpointOptions;
  #health: EndpointHealth;

  constructor(options: EndpointOptions) {
    const { url, policy, dispatcher } = options;
    this.url = url;
    this.checker = new HealthChecker({ url, policy, dispatcher, onCheck: (check) => this.#observe(check) });
    this.#options = options;
    this.#health = startingHealth(steadyNow());
  }

  get health(): EndpointHealth {
    return this.#health;
  }

  /** A request could not connect, which says as much as a failed check, and says it at once. */
  connectFailed(error: unknown): void {
    this.#observe({ ok: false, at: steadyNow(), reason: String(error) });
  }

  #observe(check: Check): void {
    const { policy, onChange } = this.#options;
    const before = this.#health;
    this.#health = observe(before, check, policy);
    if (this.#health.state !== before.state) onChange(this.#health, before);
  }
}
