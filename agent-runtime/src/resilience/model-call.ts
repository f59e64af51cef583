import type { UpstreamRequest } from "../gateway/upstream.ts";
import { OTHER } from "../metrics/bounded-label.ts";
import { type Answered, attempt, type Failed } from "./attempt.ts";
import { FAILURES, type FailureClass } from "./failure-class.ts";
import { type ModelClass, modelClassOf } from "./headroom.ts";
import { mayRepeat } from "./may-repeat.ts";
import type { ModelBreaker } from "./model-breaker.ts";
import type { CallDeps, CallReport, UpstreamCall } from "./upstream-call.ts";
import { wait } from "./wait.ts";

/** Failures that belong to the key: another one may be of another account or workspace. */
const KEY_FAILURES: ReadonlySet<FailureClass> = new Set([
  "authentication",
  "organisation_spend_cap",
  "self_set_limit",
]);

/** The part of a call that goes to one of its models. */
export class ModelCall {
  readonly #deps: CallDeps;
  readonly #call: UpstreamCall;
  readonly #report: CallReport;
  readonly #index: number;
  readonly #model: string;
  readonly #modelClass: ModelClass;
  readonly #breaker: ModelBreaker;

  constructor(deps: CallDeps, call: UpstreamCall, report: CallReport, index: number) {
    this.#deps = deps;
    this.#call = call;
    this.#report = report;
    this.#index = index;
    this.#model = call.models[index] ?? OTHER;
    this.#modelClass = modelClassOf(this.#model);
    this.#breaker = deps.breakers.of(this.#model);
  }

  /** @returns undefined when the breaker let no attempt through. */
  async run(): Promise<Answered | Failed | undefined> {
    const slowedMs = this.#deps.headroom.delayMs(this.#modelClass);
    if (slowedMs > 0) await this.#wait(slowedMs);
    if (this.#breaker.isRefusing) {
      this.#count("breaker_open");
      return undefined;
    }
    this.#countModel();
    return this.#attempts();
  }

  async #attempts(): Promise<Answered | Failed> {
    const request = this.#request();
    for (let retry = 0; ; ) {
      const outcome = await this.#breaker.run(() => this.#attempt(request));
      if (outcome.kind === "answered") return outcome;
      this.#count(outcome.failure);
      const usesOtherKey = this.#setKeyAside(outcome);
      if (!usesOtherKey) {
        const waitMs = this.#waitBeforeRetry(outcome, retry);
        if (waitMs === undefined) return outcome;
        await this.#wait(waitMs);
        retry += 1;
        this.#report.retries += 1;
      }
      if (this.#breaker.isRefusing) return outcome;
    }
  }

  #request(): UpstreamRequest {
    const { method, path, headers, trace } = this.#call;
    return { method, path, headers, trace, body: this.#call.bodyFor(this.#model) };
  }

  async #attempt(request: UpstreamRequest): Promise<Answered | Failed> {
    const { upstream, firstByteMs, headroom } = this.#deps;
    const { streams, signal, onBytes } = this.#call;
    const report = this.#report;
    const onSent = () => {
      report.mayHaveCost = true;
    };
    const startedAtMs = performance.now();
    report.attempts += 1;
    report.mayHaveCost = false;
    try {
      const outcome = await attempt({ upstream, request, streams, firstByteMs, signal, onBytes, onSent });
      if (outcome.response !== undefined) headroom.observe(this.#modelClass, outcome.response.headers);
      report.mayHaveCost = outcome.kind === "answered" || outcome.fate === "unknown";
      return outcome;
    } finally {
      report.msUpstream += performance.now() - startedAtMs;
    }
  }

  /** @returns whether the upstream is asked again at once, with another key. */
  #setKeyAside({ failure, response }: Failed): boolean {
    return response !== undefined && KEY_FAILURES.has(failure) && this.#deps.upstream.setKeyAside(response);
  }

  /** @returns undefined when there is no retry. */
  #waitBeforeRetry(failed: Failed, index: number): number | undefined {
    const { failure, mayRetry, retryAfterMs } = failed;
    if (!mayRetry || !mayRepeat(this.#call, failed) || this.#breaker.isRefusing) return undefined;
    if (FAILURES[failure].fallsBack && this.#hasFallback()) return undefined;
    const { deadlineAtMs } = this.#call;
    const decision = this.#deps.retries.decide({ index, retryAfterMs, deadlineAtMs });
    if (decision.outcome === "ladder_end") return undefined;
    this.#deps.metrics.upstreamRetries.decided(this.#breaker.model, decision.outcome);
    return decision.outcome === "retried" ? decision.waitMs : undefined;
  }

  #hasFallback(): boolean {
    const { models } = this.#call;
    return models.some((model, index) => index > this.#index && !this.#deps.breakers.of(model).isRefusing);
  }

  async #wait(ms: number): Promise<void> {
    const startedAtMs = performance.now();
    try {
      await wait(ms, this.#call.signal);
    } finally {
      this.#report.msWaited += performance.now() - startedAtMs;
    }
  }

  #countModel(): void {
    const { metrics, breakers } = this.#deps;
    this.#report.model = this.#model;
    if (this.#index === 0) return;
    metrics.fallbacks.tried(breakers.of(this.#call.models[0]).model, this.#breaker.model);
  }

  #count(failure: FailureClass): void {
    this.#report.failure = failure;
    this.#deps.metrics.upstreamFailures.failed(this.#breaker.model, failure);
  }
}
