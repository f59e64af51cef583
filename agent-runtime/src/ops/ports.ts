/**
 * What the ops server asks of the process it runs in: small interfaces with plain data, so that it knows none of the
 * parts behind them. Money is in nano-dollars (1e-9 USD) where it is a sum, and in dollars where a person wrote it.
 */
import type { ApiKeys } from "../auth/api-keys.ts";
import type { Authenticate } from "../auth/authenticate.ts";
import type { Action, Identity } from "../auth/identity.ts";
import type { PolicyDecision } from "../auth/policies.ts";
import type { Caches } from "../cache/caches.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import type { Phase } from "../lifecycle.ts";
import type { BudgetRaises } from "../limits/budget-raises.ts";
import type { BudgetReadings } from "../limits/budget-readings.ts";
import type { Switch, SwitchUse } from "../limits/switches.ts";
import type { Logger } from "../log.ts";
import type { BreakerStatus } from "../resilience/breakers.ts";
import type { UsageStore } from "../store/contract.ts";

/** What an operator does, for policies. */
export type AdminAction = Extract<Action, `admin:${string}`>;

export interface AccessPort {
  readonly authenticate: Authenticate;
  /** `decidedBy` is shown to the caller. */
  authorize(identity: Identity, action: AdminAction): PolicyDecision;
}

/** Breakers of this process; each replica has its own. */
export interface BreakerPort {
  list(): readonly BreakerStatus[];
  /** Closes the breaker of that name, or all, on every replica. @returns how many there were in this process. */
  reset(model?: string): Promise<number>;
}

/** What is spent of budgets. */
export type BudgetPort = Pick<BudgetReadings, "read">;

/** Caps that somebody raised for a time. */
export type RaisePort = Pick<BudgetRaises, "list" | "raise">;

/** Statistics are this process's; an invalidation reaches every process of the region. */
export type CachePort = Pick<Caches, "statistics" | "invalidate">;

export interface LimitsPort {
  /** The configuration in force. */
  readonly current: GatewayConfig;
}

/** An API key without what would let anybody in. Times are ISO 8601 in UTC. */
export interface KeyReading {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** Id of the key that took its place. */
  readonly rotatedTo?: string;
}

/** Models by id and alias. */
export interface ModelPort {
  find(name: string): { readonly id: string } | undefined;
}

export interface KeyPort
  extends Pick<ApiKeys, "create" | "revoke" | "rotate" | "exportRecord" | "importRecord"> {
  /** @throws {StoreUnavailableError} */
  list(): Promise<readonly KeyReading[]>;
}

export interface SwitchPort {
  /** @throws {StoreUnavailableError} */
  list(): Promise<readonly Switch[]>;
  /** @throws {StoreUnavailableError} when it is not certain that every replica will see it. */
  set(scope: string, percent: number, use: Pick<SwitchUse, "by" | "reason">): Promise<Switch>;
}

export type UsagePort = Pick<UsageStore, "between">;

/** One answer of the upstream to a request that somebody really made. */
export interface UpstreamAnswer {
  readonly atMs: number;
  readonly model: string;
  /** Absent when it was a good one. */
  readonly errorType?: string;
}

export interface ConfigFileReading {
  readonly file: string;
  /** False while a faulty file is there and the last good one stays in force. */
  readonly isCurrent: boolean;
}

/** What deep health is judged by. */
export interface HealthReadings {
  readonly store: { readonly kind: "embedded" | "redis"; readonly isUp: boolean };
  readonly upstream: { readonly simulated: boolean; readonly lastAnswers: readonly UpstreamAnswer[] };
  readonly memory: { readonly usedBytes: number; readonly limitBytes: number };
  readonly eventLoop: { readonly lagMs: number };
  /** Absent where nothing is kept on disk. */
  readonly dataDisk?: { readonly freeBytes: number; readonly totalBytes: number };
  readonly configFiles: readonly ConfigFileReading[];
}

export interface HealthPort {
  /** Asks nobody who charges for it. */
  read(): HealthReadings | Promise<HealthReadings>;
}

export interface ProcessReading {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly region: string;
  readonly role: string;
  readonly upstream: string;
  readonly phase: Phase;
  readonly uptimeSeconds: number;
  /** Requests under way. */
  readonly turns: number;
}

export interface ProcessPort {
  read(): ProcessReading;
  /** Does what SIGTERM does: new requests go elsewhere, turns end, the process exits. */
  drain(): void;
}

export interface OpsDeps {
  readonly log: Logger;
  readonly region: string;
  readonly access: AccessPort;
  readonly breakers: BreakerPort;
  readonly budgets: BudgetPort;
  readonly raises: RaisePort;
  readonly caches: CachePort;
  readonly limits: LimitsPort;
  readonly keys: KeyPort;
  readonly models: ModelPort;
  readonly switches: SwitchPort;
  readonly usage: UsagePort;
  readonly health: HealthPort;
  readonly process: ProcessPort;
  readonly now: () => Date;
}
