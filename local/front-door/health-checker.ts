import { setTimeout as delay } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { PATHS } from "../../agent-runtime/src/contract.ts";
import { isSilence } from "./connect-failure.ts";
import type { Check } from "./endpoint-health.ts";
import { steadyNow } from "./steady-clock.ts";

export interface HealthCheckerOptions {
  readonly url: string;
  readonly policy: { readonly intervalMs: number; readonly timeoutMs: number };
  readonly dispatcher: Dispatcher;
  readonly onCheck: (check: Check) => void;
}

/** Asks one endpoint's `/ready` again and again. */
export class HealthChecker {
  readonly #options: HealthCheckerOptions;
  readonly #stopped = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: HealthCheckerOptions) {
    this.#options = options;
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
    if (!this.#stopped.signal.aborted) this.#options.onCheck(check);
  }

  async #ask(): Promise<Check> {
    const { url, policy, dispatcher } = this.#options;
    const timeout = AbortSignal.timeout(policy.timeoutMs);
    try {
      const { statusCode, body } = await dispatcher.request({
        origin: url,
        path: PATHS.ready,
        method: "GET",
        signal: AbortSignal.any([timeout, this.#stopped.signal]),
      });
      await body.dump();
      const at = steadyNow();
      return statusCode >= 200 && statusCode < 300
        ? { ok: true, at }
        : { ok: false, at, reason: `${PATHS.ready} answered ${statusCode}`, isSilent: false };
    } catch (error) {
      const reason = timeout.aborted
        ? `${PATHS.ready} gave no answer within ${policy.timeoutMs} ms`
        : String(error);
      return { ok: false, at: steadyNow(), reason, isSilent: isSilence(error) };
    }
  }
}
