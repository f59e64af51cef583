import { HEADERS } from "../contract.ts";
import { GatewayError } from "../errors.ts";
import type { Admission, BucketCharge } from "../store/ledger.ts";
import type { PayerCharges } from "./charges.ts";
import { toUsd } from "./money.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

type Refusal = Exclude<Admission, { readonly kind: "admitted" }>;

/**
 * A refused admission as the error that its caller gets: what was reached, whose it is, and when it will do again.
 *
 * @param boundNanoUsd what the request may cost at most.
 */
export function refusalError(
  refusal: Refusal,
  charges: PayerCharges,
  boundNanoUsd: number,
  nowMs: number,
): GatewayError {
  switch (refusal.kind) {
    case "switched-off":
      return new GatewayError("switched_off", `The switch of ${refusal.scope} is off.`);
    case "rate-limited":
      return rateLimited(refusal, charges, nowMs);
    case "too-many-at-once": {
      const { id = "", max = 0 } = charges.concurrency[refusal.index] ?? {};
      return new GatewayError("too_many_at_once", `${id} may have ${max} at once.`, {
        headers: { "retry-after": "1" },
      });
    }
    case "over-budget":
      return overBudget(refusal, charges, boundNanoUsd);
  }
}

function rateLimited(
  { index, buckets, retryAfterMs }: Extract<Refusal, { kind: "rate-limited" }>,
  charges: PayerCharges,
  nowMs: number,
): GatewayError {
  const bucket = charges.buckets[index];
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new GatewayError("rate_limited", `${describe(bucket)} Try again in ${seconds} s.`, {
    headers: {
      ...rateLimitHeaders(charges.buckets, charges.meters, buckets, nowMs),
      "retry-after": String(seconds),
    },
  });
}

const describe = (bucket: BucketCharge | undefined) =>
  bucket === undefined ? "" : `${bucket.id} may take ${Math.floor(bucket.capacity)} a minute.`;

/** No `retry-after`: official SDKs would sleep until then. The reset time has a header of its own. */
function overBudget(
  { index, state }: Extract<Refusal, { kind: "over-budget" }>,
  { budgets, caps }: PayerCharges,
  boundNanoUsd: number,
): GatewayError {
  const budget = budgets[index];
  const { scope = "", window = "" } = caps[index] ?? {};
  const resetsAt = new Date(budget?.endsAtMs ?? 0).toISOString();
  const { spentNanoUsd, reservedNanoUsd } = state;
  const reserved = reservedNanoUsd > 0 ? ` and ${usd(reservedNanoUsd)} reserved` : "";
  const needs = boundNanoUsd > 0 ? `At worst it costs ${usd(boundNanoUsd)}; ` : "";
  const detail = `${needs}${scope} may spend ${usd(budget?.capNanoUsd ?? 0)} a ${window}; ${usd(spentNanoUsd)} are spent${reserved}. It resets at ${resetsAt}.`;
  return new GatewayError("budget_exceeded", detail, { headers: { [HEADERS.limitReset]: resetsAt } });
}

/** In cents; sums below one in millionths. */
function usd(nanoUsd: number): string {
  const dollars = toUsd(nanoUsd);
  return `$${dollars.toFixed(dollars === 0 || dollars >= 0.01 ? 2 : 6)}`;
}
