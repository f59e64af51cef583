import type { Field } from "../manifests/field.ts";
import { wholeNumberOf } from "../manifests/int-or-string.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

/** How fast pods may be removed. */
export interface RemovalPace {
  readonly scaleDownPercentPerMinute: number;
  readonly scaleDownPodsPerMinute: number;
}

/**
 * How fast the scale-down of a HorizontalPodAutoscaler removes pods. Of several policies the fastest one counts, unless
 * `selectPolicy` says Min; Disabled removes none.
 */
export function judgeScaleDown(down: Field, pace: RemovalPace): Finding[] {
  const select = down.at("selectPolicy");
  const policies = down.at("policies").items();
  const verdicts =
    policies.length === 0 ? [[noPolicy(down, pace)]] : policies.map((policy) => judgePolicy(policy, pace));
  if (select.value === "Disabled" || verdicts.every(isSlow)) return [];
  if (select.unknown) return [undecided(select)];
  if (select.value !== "Min") return verdicts.flat();
  if (verdicts.some(isSlow)) return [];
  const open = verdicts.flat().filter(({ type }) => type === "undecided");
  return open.length > 0 ? open : verdicts.flat();
}

function isSlow(findings: readonly Finding[]): boolean {
  return findings.length === 0;
}

function noPolicy(down: Field, { scaleDownPercentPerMinute }: RemovalPace): Finding {
  const reason = "it has no policies, and then all pods above the minimum may be removed within 15 seconds.";
  const remedy = `Add a policy such as { type: Percent, value: ${scaleDownPercentPerMinute}, periodSeconds: 60 }.`;
  return violation(down.at("policies"), reason, remedy);
}

function judgePolicy(policy: Field, pace: RemovalPace): Finding[] {
  const [type, value, period] = [policy.at("type"), policy.at("value"), policy.at("periodSeconds")];
  const unknown = [type, value, period].filter((field) => field.unknown);
  if (unknown.length > 0) return unknown.map(undecided);
  const perMinute = rateOf(value.value, period.value);
  const { unit, limit } =
    type.value === "Pods"
      ? { unit: "pods", limit: pace.scaleDownPodsPerMinute }
      : { unit: "% of the pods", limit: pace.scaleDownPercentPerMinute };
  if (type.value !== "Pods" && type.value !== "Percent") {
    return [violation(type, `it is ${JSON.stringify(type.value)}.`, "Write Percent or Pods.")];
  }
  if (perMinute === undefined) {
    const reason = `it removes ${JSON.stringify(value.value)} every ${JSON.stringify(period.value)} seconds, which is no pace.`;
    return [violation(policy, reason, "Write whole numbers, with periodSeconds from 1 to 1800.")];
  }
  if (perMinute <= limit) return [];
  const reason = `it removes ${Math.round(perMinute * 10) / 10} ${unit} a minute.`;
  return [violation(policy, reason, `Remove at most ${limit} ${unit} a minute.`)];
}

function rateOf(value: unknown, periodSeconds: unknown): number | undefined {
  const [pace, period] = [wholeNumberOf(value), wholeNumberOf(periodSeconds)];
  if (!(pace > 0 && period >= 1 && period <= 1800)) return undefined;
  // Longer periods do not make it slower in the minute in which they act: the whole value may go at once.
  return (pace * 60) / Math.min(period, 60);
}
