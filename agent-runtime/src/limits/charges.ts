import type { Identity } from "../auth/identity.ts";
import type { Caps, GatewayConfig, Rates } from "../config/gateway-config.ts";
import { ownValue } from "../own-value.ts";
import type { BucketCharge, BudgetCharge, Charges, ConcurrencyCharge } from "../store/ledger.ts";
import { toNanoUsd } from "./money.ts";
import { type BudgetWindows, WINDOWS, type WindowKind } from "./windows.ts";

/** Who pays for a request, and whose limits apply. */
export interface Payer {
  readonly identity: Identity;
  readonly agent: string;
  /** Checked by the gateway; only ever used together with the tenant, because callers choose it. */
  readonly session?: string;
}

/** What a request takes from the buckets of its payer. */
export interface Amounts {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const METERS = ["requests", "input-tokens", "output-tokens"] as const;
/** What a bucket counts. */
export type Meter = (typeof METERS)[number];

/** Charges, with what their indices mean. */
export interface PayerCharges extends Charges {
  readonly meters: readonly Meter[];
  readonly caps: readonly { readonly scope: string; readonly window: WindowKind }[];
}

/** More money for a scope in one window, for a time. */
export interface BudgetRaise {
  readonly extraUsd: number;
  readonly untilMs: number;
}

export type FindRaise = (scope: string, window: WindowKind) => BudgetRaise | undefined;

export interface ChargeRules {
  readonly config: GatewayConfig;
  readonly windows: BudgetWindows;
  readonly raiseOf: FindRaise;
  readonly nowMs: number;
  /** Part of every limit and cap that this process may use alone; 1 where the store is shared. */
  readonly share: number;
}

/** Everything that a request of this payer is charged with. */
export function chargesFor(payer: Payer, amounts: Amounts, rules: ChargeRules): PayerCharges {
  const { limits } = rules.config;
  const { keyId, tenant } = payer.identity;
  const owners: readonly (readonly [string, Rates])[] = [
    [`key:${keyId}`, ownValue(limits.keys, keyId) ?? limits.key],
    [`tenant:${tenant}`, ownValue(limits.tenants, tenant) ?? limits.tenant],
  ];
  const buckets: BucketCharge[] = [];
  const meters: Meter[] = [];
  const concurrency: ConcurrencyCharge[] = [];
  for (const [owner, rates] of owners) {
    for (const meter of METERS) {
      const perMinute = perMinuteOf(rates, meter);
      if (perMinute === undefined) continue;
      meters.push(meter);
      buckets.push(bucketOf(owner, meter, perMinute * rules.share, amountOf(meter, amounts)));
    }
    if (rates.concurrency !== undefined) {
      concurrency.push({ id: owner, max: Math.max(1, Math.floor(rates.concurrency * rules.share)) });
    }
  }
  return { buckets, meters, concurrency, ...budgetsOf(payer, rules) };
}

function perMinuteOf(rates: Rates, meter: Meter): number | undefined {
  switch (meter) {
    case "requests":
      return rates.requestsPerMinute;
    case "input-tokens":
      return rates.inputTokensPerMinute;
    case "output-tokens":
      return rates.outputTokensPerMinute;
  }
}

/** What one request takes from a bucket of this meter. */
export function amountOf(meter: Meter, amounts: Amounts): number {
  switch (meter) {
    case "requests":
      return 1;
    case "input-tokens":
      return amounts.inputTokens;
    case "output-tokens":
      return amounts.outputTokens;
  }
}

/** A bucket holds one minute's worth. A request that needs more takes all of it, or it could never pass. */
function bucketOf(owner: string, meter: Meter, perMinute: number, amount: number): BucketCharge {
  const capacity = Math.max(1, perMinute);
  return {
    id: `${owner}:${meter}`,
    capacity,
    refillPerSecond: perMinute / 60,
    amount: Math.min(amount, capacity),
  };
}

function budgetsOf(payer: Payer, rules: ChargeRules): Pick<PayerCharges, "budgets" | "caps"> {
  const budgets: BudgetCharge[] = [];
  const caps: { scope: string; window: WindowKind }[] = [];
  for (const [scope, scopeCaps] of scopesOf(payer, rules.config)) {
    for (const window of WINDOWS) {
      const capNanoUsd = capOf(scope, window, scopeCaps, rules);
      if (capNanoUsd === undefined) continue;
      const { id, endsAtMs } = rules.windows[window];
      caps.push({ scope, window });
      budgets.push({ id: `${scope}:${id}`, capNanoUsd, endsAtMs });
    }
  }
  return { budgets, caps };
}

/** The scopes of a payer that may have a budget, each with its caps. */
function scopesOf(
  { identity: { tenant, keyId }, agent, session }: Payer,
  { budgets }: GatewayConfig,
): readonly (readonly [string, Caps])[] {
  return [
    ["fleet", budgets.fleet],
    [`tenant:${tenant}`, ownValue(budgets.tenants, tenant) ?? budgets.tenant],
    [`agent:${tenant}/${agent}`, ownValue(budgets.agents, agent) ?? budgets.agent],
    [`key:${keyId}`, ownValue(budgets.keys, keyId) ?? budgets.key],
    ...(session === undefined ? [] : [[`session:${tenant}/${session}`, budgets.session] as const]),
  ];
}

/** The cap of a scope in nano-dollars, raised if it was; undefined where there is none. */
export function capOf(scope: string, window: WindowKind, caps: Caps, rules: ChargeRules): number | undefined {
  const usd = window === "day" ? caps.dayUsd : caps.monthUsd;
  if (usd === undefined) return undefined;
  const raise = rules.raiseOf(scope, window);
  const extraUsd = raise !== undefined && raise.untilMs > rules.nowMs ? raise.extraUsd : 0;
  return toNanoUsd((usd * rules.config.budgets.regionShare + extraUsd) * rules.share);
}

/**
 * The caps that apply to a scope by its name; undefined for a scope that cannot have any. An agent type has a budget for
 * each tenant (`agent:acme/support`), because callers choose its name.
 */
export function capsOfScope(scope: string, { budgets }: GatewayConfig): Caps | undefined {
  const [kind = "", name = ""] = splitScope(scope);
  switch (kind) {
    case "fleet":
      return budgets.fleet;
    case "tenant":
      return ownValue(budgets.tenants, name) ?? budgets.tenant;
    case "agent":
      return capsOfAgent(name, budgets);
    case "key":
      return ownValue(budgets.keys, name) ?? budgets.key;
    case "session":
      return budgets.session;
    default:
      return undefined;
  }
}

function capsOfAgent(name: string, { agent, agents }: GatewayConfig["budgets"]): Caps | undefined {
  const slash = name.indexOf("/");
  return slash === -1 ? undefined : (ownValue(agents, name.slice(slash + 1)) ?? agent);
}

/** `tenant:acme` → `["tenant", "acme"]`. */
export function splitScope(scope: string): readonly [string, string] {
  const colon = scope.indexOf(":");
  return colon === -1 ? [scope, ""] : [scope.slice(0, colon), scope.slice(colon + 1)];
}
