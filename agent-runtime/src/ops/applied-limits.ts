import type { Caps, GatewayConfig, Rates } from "../config/gateway-config.ts";

type Rules = Pick<GatewayConfig, "limits" | "budgets">;

/** Whose limits are asked for. Who is not named stands for everybody who has no rule of their own. */
interface Subject {
  readonly tenant?: string;
  readonly key?: string;
}

/** One rule that applies, and the key of the configuration that it comes from. */
interface Applied {
  /** `key:key_1`; `key:*` stands for every key without a rule of its own. */
  readonly scope: string;
  /** For example `limits.tenants.acme`. */
  readonly from: string;
}

export interface AppliedLimits {
  readonly rates: readonly (Applied & Rates)[];
  /** Before the region's share and raises. */
  readonly caps: readonly (Applied & Caps)[];
  /** Part of every cap that this region may spend. */
  readonly regionShare: number;
}

/** The rate limits and caps of a key and its tenant, with where each is written. */
export function appliedLimits({ limits, budgets }: Rules, subject: Subject): AppliedLimits {
  const { tenant, key } = subject;
  return {
    rates: [
      pick("key", key, "limits", limits.keys, limits.key),
      pick("tenant", tenant, "limits", limits.tenants, limits.tenant),
    ],
    caps: [
      { scope: "fleet", from: "budgets.fleet", ...budgets.fleet },
      pick("tenant", tenant, "budgets", budgets.tenants, budgets.tenant),
      pick("agent", undefined, "budgets", budgets.agents, budgets.agent),
      pick("session", undefined, "budgets", {}, budgets.session),
      pick("key", key, "budgets", budgets.keys, budgets.key),
    ],
    regionShare: budgets.regionShare,
  };
}

function pick<Rule extends object>(
  kind: string,
  name: string | undefined,
  section: string,
  own: Readonly<Record<string, Rule>>,
  standard: Rule,
): Applied & Rule {
  const scope = `${kind}:${name ?? "*"}`;
  // A tenant may be called like something that every object has.
  const rule = name !== undefined && Object.hasOwn(own, name) ? own[name] : undefined;
  if (rule === undefined) return { scope, from: `${section}.${kind}`, ...standard };
  return { scope, from: `${section}.${kind}s.${name}`, ...rule };
}
