/** Who sends a request. */
export interface Identity {
  /** Whose money and limits it uses. */
  readonly tenant: string;
  /** Id of the key, or of the token's subject; safe in logs, never the key itself. */
  readonly keyId: string;
  /** What Cedar policies see; `admin` and `operator` have a meaning in the shipped ones. */
  readonly roles: readonly string[];
  readonly provider: "bootstrap" | "api-key" | "jwt";
}

/** What may be done, for policies: `messages:create`, `models:list`, `admin:breakers:reset`. */
export type Action =
  | "messages:create"
  | "messages:count-tokens"
  | "models:list"
  | "upstream:pass-through"
  | `admin:${"breakers" | "budgets" | "caches" | "keys" | "limits" | "switches" | "usage" | "process"}:${"read" | "write"}`;
