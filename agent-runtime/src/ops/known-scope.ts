import { BOOTSTRAP_IDENTITY } from "../auth/authenticate.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { splitScope } from "../limits/charges.ts";
import { StoreUnavailableError, type UsageRow } from "../store/contract.ts";
import type { OpsDeps } from "./ports.ts";

type KnownScopeDeps = Pick<OpsDeps, "keys" | "limits" | "models" | "now" | "usage">;
type Kind = "tenant" | "agent" | "model";

const USAGE_SPAN_MS = 24 * 3_600_000;

/** The same scope with the id of its model, where an alias names it. */
export function normalisedScope(scope: string, { models }: Pick<OpsDeps, "models">): string {
  const [kind, name] = splitScope(scope);
  return kind === "model" ? `model:${models.find(name)?.id ?? name}` : scope;
}

/**
 * Whether anything is known of what a scope names: by configuration, a key, or usage of the last 24 hours. A name that
 * nobody has is mostly a mistyped one.
 *
 * @returns undefined when the store cannot say.
 */
export async function isKnownScope(scope: string, deps: KnownScopeDeps): Promise<boolean | undefined> {
  const [kind, name] = splitScope(scope);
  if (kind !== "tenant" && kind !== "agent" && kind !== "model") return true;
  if (isStated(kind, name, deps)) return true;
  try {
    return await hasLeftTraces(kind, name, deps);
  } catch (fault) {
    // Whoever stops something must not be kept from it by a look-up.
    if (fault instanceof StoreUnavailableError) return undefined;
    throw fault;
  }
}

function isStated(kind: Kind, name: string, { limits, models }: KnownScopeDeps): boolean {
  const config = limits.current;
  switch (kind) {
    case "tenant":
      return name === BOOTSTRAP_IDENTITY.tenant || tenantsOf(config).includes(name);
    case "agent":
      return [...Object.keys(config.budgets.agents), ...config.cache.agents].includes(name);
    case "model":
      return models.find(name) !== undefined;
  }
}

const tenantsOf = ({ limits, budgets }: GatewayConfig) => [
  ...Object.keys(limits.tenants),
  ...Object.keys(budgets.tenants),
];

async function hasLeftTraces(kind: Kind, name: string, deps: KnownScopeDeps): Promise<boolean> {
  const { keys, now, usage } = deps;
  if (kind === "tenant" && (await keys.list()).some(({ tenant }) => tenant === name)) return true;
  const to = now();
  const rows = await usage.between(new Date(to.getTime() - USAGE_SPAN_MS), to);
  return rows.some((row: UsageRow) => row[kind] === name);
}
