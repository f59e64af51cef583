import type { GatewayConfig } from "../config/gateway-config.ts";
import { GatewayError } from "../errors.ts";
import type { TokenUsage } from "../gateway/models.ts";
import type { LimiterMetrics } from "../metrics/limiter-decisions.ts";
import { type Store, StoreUnavailableError } from "../store/contract.ts";
import type { Admission, Ledger } from "../store/ledger.ts";
import {
  type Amounts,
  amountOf,
  chargesFor,
  type FindRaise,
  type Payer,
  type PayerCharges,
} from "./charges.ts";
import { diceOf } from "./dice.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";
import { refusalError } from "./refusals.ts";
import type { ThresholdWatch } from "./thresholds.ts";
import type { BudgetCalendar } from "./windows.ts";

export interface AdmissionRequest {
  readonly requestId: string;
  readonly payer: Payer;
  readonly model: string;
  readonly amounts: Amounts;
  /** Upper bound of the cost over all models that may answer; undefined where there is none. */
  readonly boundNanoUsd: number | undefined;
  /** Why there is no bound, for the caller; absent: what the model or its tools cost is not known. */
  readonly whyUnbounded?: string;
  /** Answered at once: takes no place among the requests under way. */
  readonly isInstant?: boolean;
}

/** What a request really used. */
export interface Settlement {
  readonly usage: TokenUsage;
  readonly costNanoUsd: number;
}

/** Leave to call the upstream. Must be settled exactly once, whatever becomes of the request. */
export interface Grant {
  /** The caller's own rate limits. */
  readonly headers: Readonly<Record<string, string>>;
  settle(settlement: Settlement): void;
}

export interface AdmissionDeps {
  readonly store: Pick<Store, "ledger" | "isUp">;
  /** Counts in this process alone, while the store is away and the configuration allows to go on. */
  readonly insurance: Ledger;
  readonly config: { readonly current: GatewayConfig };
  readonly calendar: BudgetCalendar;
  readonly raiseOf: FindRaise;
  readonly thresholds: ThresholdWatch;
  readonly metrics: LimiterMetrics;
  readonly nowMs?: () => number;
}

/** Decides over switches, rate limits, concurrency and budgets, in one round trip to the store. */
export class Admissions {
  readonly #deps: AdmissionDeps;
  readonly #nowMs: () => number;

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
    this.#nowMs = deps.nowMs ?? Date.now;
  }

  /**
   * @throws {GatewayError} `switched_off`, `rate_limited`, `too_many_at_once`, `budget_exceeded`, `cost_without_bound`, or
   *   `store_unavailable` where the configuration says to refuse while the store is away.
   */
  async admit(request: AdmissionRequest): Promise<Grant> {
    const { store } = this.#deps;
    if (!store.isUp) return await this.#admitWithoutStore(request);
    try {
      return await this.#admitBy(store.ledger, "store", request);
    } catch (fault) {
      if (!(fault instanceof StoreUnavailableError)) throw fault;
      return await this.#admitWithoutStore(request, fault);
    }
  }

  async #admitWithoutStore(request: AdmissionRequest, cause?: StoreUnavailableError): Promise<Grant> {
    if (this.#deps.config.current.whenStoreIsLost === "deny") {
      this.#deps.metrics.decided("store-lost", "process");
      throw new GatewayError("store_unavailable", undefined, { cause, headers: { "retry-after": "1" } });
    }
    return await this.#admitBy(this.#deps.insurance, "process", request);
  }

  async #admitBy(ledger: Ledger, kind: "store" | "process", request: AdmissionRequest): Promise<Grant> {
    const { config, metrics } = this.#deps;
    const charges = this.#chargesOf(request, kind === "store" ? 1 : config.current.processShare);
    const boundNanoUsd = boundOf(request, charges, config.current);
    const admission = await ledger.admit({
      ...charges,
      leaseId: request.requestId,
      scopes: scopesOf(request),
      dice: diceOf(request.payer.session, request.requestId),
      boundNanoUsd,
    });
    metrics.decided(admission.kind, kind);
    if (admission.kind !== "admitted") {
      throw refusalError(admission, charges, boundNanoUsd, this.#nowMs());
    }
    this.#observe(admission, charges);
    return {
      headers: rateLimitHeaders(charges.buckets, charges.meters, admission.buckets, this.#nowMs()),
      settle: ({ usage, costNanoUsd }) => {
        const used = charges.meters.map((meter) => amountOf(meter, limitedTokens(usage)));
        ledger.settle({ ...charges, leaseId: request.requestId, boundNanoUsd, costNanoUsd, used });
      },
    };
  }

  #chargesOf({ payer, amounts, isInstant }: AdmissionRequest, share: number): PayerCharges {
    const { config, calendar, raiseOf } = this.#deps;
    const windows = calendar.current(config.current.timeZone);
    const charges = chargesFor(payer, amounts, {
      config: config.current,
      windows,
      raiseOf,
      nowMs: this.#nowMs(),
      share,
    });
    return isInstant === true ? { ...charges, concurrency: [] } : charges;
  }

  #observe({ budgets }: Extract<Admission, { kind: "admitted" }>, charges: PayerCharges): void {
    for (const [index, state] of budgets.entries()) {
      const budget = charges.budgets[index];
      const cap = charges.caps[index];
      if (budget !== undefined && cap !== undefined) {
        this.#deps.thresholds.observe(cap.scope, cap.window, budget, state);
      }
    }
  }
}

/** @throws {GatewayError} `cost_without_bound` */
function boundOf(
  { boundNanoUsd, model, whyUnbounded }: AdmissionRequest,
  charges: PayerCharges,
  config: GatewayConfig,
): number {
  if (boundNanoUsd !== undefined) return boundNanoUsd;
  if (charges.budgets.length === 0 || config.budgets.withoutBound === "allow") return 0;
  const why =
    whyUnbounded ??
    `${JSON.stringify(model)} has no known price, or a tool runs at the upstream. Allowed are models of GET /v1/models with tools that the caller runs`;
  throw new GatewayError("cost_without_bound", `${why}; budgets.withoutBound: allow lets others pass.`);
}

const scopesOf = ({ payer: { identity, agent }, model }: AdmissionRequest): string[] => [
  "fleet",
  `tenant:${identity.tenant}`,
  `agent:${agent}`,
  `model:${model}`,
];

/** The API leaves cache reads out of its own limits of input tokens. */
const limitedTokens = (usage: TokenUsage): Amounts => ({
  inputTokens: usage.inputTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
  outputTokens: usage.outputTokens,
});
