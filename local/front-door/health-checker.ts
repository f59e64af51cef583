import { setTimeout as delay } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { PATHS } from "../../agent-runtime/src/contract.ts";
import type { RegionConfig } from "./front-door-config.ts";
import {
  type Check,
  type HealthPolicy,
  observe,
  type RegionHealth,
  startingHealth,
} from "./region-health.ts";

export interface HealthCheckerOptions {
  readonly region: RegionConfig;
  readonly policy: HealthPolicy & { readonly intervalMs: number; readonly timeoutMs: number };
  readonly dispatcher: Dispatcher;
  /** Called after a check that changed the state. */
  readonly onChange: (health: RegionHealth, before: RegionHealth) => void;
}

/** Asks one region's `/ready` again and again, and keeps what follows from the answers. */
export class HealthChecker {
  readonly #options: HealthCheckerOptions;
  readonly #stopped = new AbortController();
  #health: RegionHealth;
  #loop: Promise<void> | undefined;

  constructor(options: HealthCheckerOptions) {
    this.#options = options;
    this.#health = startingHealth(Date.now());
  }

  get health(): RegionHealth {
    return this.#health;
  }

  /** Begins to check; resolves after the first answer, so that the first request already knows where to go. */
  async start(): Promise<void> {
    await this.#check();
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await delay(this.#options.policy.intervalMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#check();
    }
  }

  async #check(): Promise<void> {
    const check = await this.#ask();
    if (this.#stopped.signal.aborted) return;
    const before = this.#health;
    this.#health = observe(before, check, this.#options.policy);
    if (this.#health.state !== before.state) this.#options.onChange(this.#health, before);
  }

  async #ask(): Promise<Check> {
    const { region, policy, dispatcher } = this.#options;
    const timeout = AbortSignal.timeout(policy.timeoutMs);
    try {
      // A new connection each time: one kept alive would hide a region that accepts no more.
      const { statusCode, body } = await dispatcher.request({
        origin: region.url,
        path: PATHS.ready,
        method: "GET",
        reset: true,
        signal: AbortSignal.any([timeout, this.#stopped.signal]),
      });
      await body.dump();
      const at = Date.now();
      return statusCode >= 200 && statusCode < 300
        ? { ok: true, at }
        : { ok: false, at, reason: `${PATHS.ready} answered ${statusCode}` };
    } catch (error) {
      const reason = timeout.aborted
        ? `${PATHS.ready} gave no answer within ${policy.timeoutMs} ms`
        : String(error);
      return { ok: false, at: Date.now(), reason };
    }
  }
}
