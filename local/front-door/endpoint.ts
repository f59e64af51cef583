import type { Dispatcher } from "undici";
import { isSilence } from "./connect-failure.ts";
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
  /** Called with each check that fails after the endpoint was silent for as long as it may be. */
  readonly onSilence: (reason: string) => void;
}

/** One address of a region, with what checks and traffic say of it. */
export class Endpoint {
  readonly url: string;
  readonly checker: HealthChecker;
  readonly #options: EndpointOptions;
  #health: EndpointHealth;
  #lastHeardAt = Number.NEGATIVE_INFINITY;
  #silentSince: number | undefined;

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

  /** When it last answered a check or a request, in milliseconds. */
  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  /** A request was answered. What is down has to prove itself by its checks all the same. */
  answered(): void {
    this.#lastHeardAt = steadyNow();
  }

  /** A request could not connect, which says as much as a failed check, and says it at once. */
  connectFailed(error: unknown): void {
    this.#observe({ ok: false, at: steadyNow(), reason: String(error), isSilent: isSilence(error) });
  }

  #observe(check: Check): void {
    const { policy, onChange } = this.#options;
    if (check.ok) this.answered();
    this.#watchSilence(check);
    const before = this.#health;
    this.#health = observe(before, check, policy);
    if (this.#health.state !== before.state) onChange(this.#health, before);
  }

  #watchSilence(check: Check): void {
    const { policy, onSilence } = this.#options;
    this.#silentSince = check.ok || !check.isSilent ? undefined : (this.#silentSince ?? check.at);
    if (this.#silentSince !== undefined && check.at - this.#silentSince >= policy.silenceMs)
      onSilence(`nobody was there for ${policy.silenceMs} ms`);
  }
}
