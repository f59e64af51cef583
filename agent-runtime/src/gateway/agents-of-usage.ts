import { LRUCache } from "lru-cache";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { createBoundedLabel, OTHER } from "../metrics/bounded-label.ts";
import type { UsageRow, UsageStore } from "../store/contract.ts";
import { isConfiguredAgent } from "./configured-agents.ts";

/** Agent types of one tenant that this process keeps apart in the usage, besides the configured ones. */
const MAX_AGENTS_OF_TENANT = 200;

/** More tenants than this at once, and a tenant's agent types are counted anew. */
const MAX_TENANTS = 10_000;

/** Callers choose agent types, and a row of each is kept for long: beyond a bound those of a tenant are `other`. */
export class AgentsOfUsage implements Pick<UsageStore, "add"> {
  readonly #usage: Pick<UsageStore, "add">;
  readonly #config: { readonly current: GatewayConfig };
  readonly #labels = new LRUCache<string, (agent: string) => string>({ max: MAX_TENANTS });

  constructor(usage: Pick<UsageStore, "add">, config: { readonly current: GatewayConfig }) {
    this.#usage = usage;
    this.#config = config;
  }

  add(row: UsageRow): void {
    const agent = this.#labelOf(row.tenant)(row.agent);
    this.#usage.add(agent === row.agent ? row : { ...row, agent });
  }

  #labelOf(tenant: string): (agent: string) => string {
    const known = this.#labels.get(tenant);
    if (known !== undefined) return known;
    const label = createBoundedLabel({
      pattern: /./,
      maxValues: MAX_AGENTS_OF_TENANT,
      isReserved: (agent) => agent === OTHER || isConfiguredAgent(agent, this.#config.current),
    });
    this.#labels.set(tenant, label);
    return label;
  }
}
