import type { Action, Identity } from "../auth/identity.ts";
import type { PolicyDecision, PolicySubject } from "../auth/policies.ts";
import type { ModelsCache } from "../cache/models-cache.ts";
import type { ResponseCache } from "../cache/response-cache.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import type { Env } from "../env.ts";
import type { Admissions } from "../limits/admissions.ts";
import type { CallDeps } from "../resilience/upstream-call.ts";
import type { EnterDeps } from "./enter.ts";
import type { ModelCatalogue } from "./models.ts";

/** What the gateway's routes work with. */
export interface GatewayDeps extends EnterDeps {
  readonly env: Env;
  readonly models: ModelCatalogue;
  readonly config: { readonly current: GatewayConfig };
  readonly policies: {
    decide(identity: Identity, action: Action, subject?: PolicySubject): PolicyDecision;
  };
  /** Of a hundred conversations, how many the switch of a scope lets pass; undefined where there is none. */
  readonly switches: { get(scope: string): number | undefined };
  readonly admissions: Pick<Admissions, "admit">;
  readonly responseCache: Pick<ResponseCache, "lookup">;
  readonly modelsCache: Pick<ModelsCache, "get">;
  readonly calls: CallDeps;
}
