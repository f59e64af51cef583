import type { GatewayConfig } from "../config/gateway-config.ts";
import type { Ledger } from "../store/ledger.ts";
import type { BudgetRaises } from "./budget-raises.ts";
import { capOf, capsOfScope, splitScope } from "./charges.ts";
import type { ThresholdWatch } from "./thresholds.ts";
import { type BudgetCalendar, WINDOWS, type WindowKind } from "./windows.ts";

/** One budget as it stands now. Money in nano-dollars. */
export interface BudgetUse {
  readonly scope: string;
  readonly window: WindowKind;
  /** As it is enforced here: the region's share, and raises. */
  readonly capNanoUsd: number;
  readonly spentNanoUsd: number;
  readonly reservedNanoUsd: number;
  /** Part of the spent sum that belongs to leases of dead processes, charged at their bound. */
  readonly unconfirmedNanoUsd: number;
  readonly endsAtMs: number;
}

interface BudgetReadingsDeps {
  readonly ledger: Ledger;
  readonly config: { readonly current: GatewayConfig };
  readonly calendar: BudgetCalendar;
  readonly raises: BudgetRaises;
  readonly thresholds: Pick<ThresholdWatch, "seenScopes">;
}

/** Reads budgets for operators. */
export class BudgetReadings {
  readonly #deps: BudgetReadingsDeps;

  constructor(deps: BudgetReadingsDeps) {
    this.#deps = deps;
  }

  /**
   * The budgets of one scope, or of every scope that the configuration names or that a request was charged to lately. An
   * agent type without a tenant (`agent:support`) stands for that of every tenant that used it lately.
   *
   * @throws {StoreUnavailableError}
   */
  async read(scope?: string): Promise<readonly BudgetUse[]> {
    const budgets = this.#scopesOf(scope).flatMap((name) => this.#budgetsOf(name));
    const readings = await this.#deps.ledger.readBudgets(budgets.map(({ id }) => id));
    return budgets.flatMap(({ id: _, ...budget }, index) => {
      const reading = readings[index];
      if (reading === undefined) return [];
      const { spentNanoUsd, reservedNanoUsd, unconfirmedNanoUsd } = reading;
      return [{ ...budget, spentNanoUsd, reservedNanoUsd, unconfirmedNanoUsd }];
    });
  }

  #scopesOf(scope: string | undefined): readonly string[] {
    if (scope === undefined) return this.#scopes();
    const [kind, name] = splitScope(scope);
    if (kind !== "agent" || name.includes("/")) return [scope];
    const isOfAgent = (seen: string) => seen.startsWith("agent:") && seen.endsWith(`/${name}`);
    return this.#deps.thresholds.seenScopes().filter(isOfAgent);
  }

  #scopes(): string[] {
    const { tenants, keys } = this.#deps.config.current.budgets;
    const named = (kind: string, names: object) => Object.keys(names).map((name) => `${kind}:${name}`);
    return [
      ...new Set([
        "fleet",
        ...named("tenant", tenants),
        ...named("key", keys),
        ...this.#deps.thresholds.seenScopes(),
      ]),
    ];
  }

  #budgetsOf(scope: string) {
    const { config, calendar, raises } = this.#deps;
    const caps = capsOfScope(scope, config.current);
    if (caps === undefined) return [];
    const windows = calendar.current(config.current.timeZone);
    const rules = { config: config.current, windows, raiseOf: raises.find, nowMs: Date.now(), share: 1 };
    return WINDOWS.flatMap((window) => {
      const capNanoUsd = capOf(scope, window, caps, rules);
      const { id, endsAtMs } = windows[window];
      return capNanoUsd === undefined ? [] : [{ id: `${scope}:${id}`, scope, window, capNanoUsd, endsAtMs }];
    });
  }
}
