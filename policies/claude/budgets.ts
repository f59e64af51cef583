import type { Field } from "../manifests/field.ts";
import { mappingOf } from "./gateway-file.ts";

/** Whose spending a budget caps; each but the fleet has caps for all and for single ones, which replace those. */
export const SCOPES = ["fleet", "tenant", "agent", "session", "key"] as const;
export type Scope = (typeof SCOPES)[number];

/** The caps of one scope, or of one tenant, agent type or key. */
export interface Caps {
  /** For example `fleet`, or `tenant acme`. */
  readonly label: string;
  readonly field: Field;
  readonly dayUsd: Field;
  readonly monthUsd: Field;
}

const OF_SINGLES: Readonly<Record<Scope, readonly string[]>> = {
  fleet: [],
  tenant: ["tenants"],
  agent: ["agents"],
  session: [],
  key: ["keys"],
};

/** The caps of a scope and of each single one of it. */
export function capsOf(rules: Field, scope: Scope): Caps[] {
  const budgets = rules.at("budgets");
  return [
    capsAt(scope, budgets.at(scope)),
    ...OF_SINGLES[scope]
      .flatMap((singles) => mappingOf(budgets.at(singles)))
      .map(([name, field]) => capsAt(`${scope} ${name}`, field)),
  ];
}

function capsAt(label: string, field: Field): Caps {
  return { label, field, dayUsd: field.at("dayUsd"), monthUsd: field.at("monthUsd") };
}
