import { toUsd } from "../limits/money.ts";
import type { RequestStatus } from "../metrics/agent-requests.ts";
import { OTHER } from "../metrics/bounded-label.ts";
import type { Metrics } from "../metrics/catalogue.ts";
import type { UsageStore } from "../store/contract.ts";
import { type ModelCatalogue, totalTokens } from "./models.ts";
import type { RecentAnswers } from "./recent-answers.ts";
import type { RequestRecord } from "./request-record.ts";
import { type Consumption, consumptionOf } from "./settlement.ts";

/** What a request that ended adds to its log line. */
export interface Account {
  readonly operation: string;
  readonly agentType: string;
  readonly status: RequestStatus;
  readonly tenant?: string;
  readonly keyId?: string;
  readonly session?: string;
  readonly model?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
  readonly estimated?: true;
  readonly errorType?: string;
  readonly decidedBy?: string;
  readonly fallbackFrom?: string;
  readonly attempts?: number;
  readonly cache?: string;
  readonly upstreamRequestId?: string;
  readonly traceId?: string;
}

export interface AccountingDeps {
  readonly metrics: Metrics;
  readonly models: ModelCatalogue;
  readonly usage: Pick<UsageStore, "add">;
  readonly recentAnswers: Pick<RecentAnswers, "note">;
  readonly now?: () => Date;
}

/** Books a gateway request that ended, also one that was cancelled: settles its money, counts it, adds it to the usage. */
export function account(record: RequestRecord, durationSeconds: number, deps: AccountingDeps): Account {
  const { agentType, operation, failure } = record;
  const { metrics } = deps;
  const status = statusOf(record);
  const consumption = consumptionOf(record, deps.models);
  record.grant?.settle(consumption);
  metrics.agentRequests.ended({ agentType, operation, status, durationSeconds });
  endChat(record, consumption, deps);
  if (record.overheadSeconds !== undefined) metrics.gatewayTiming.overhead(operation, record.overheadSeconds);
  if (failure !== undefined && status !== "cancelled") {
    metrics.errors.failed({ agentType, errorType: failure.errorType, severity: failure.severity });
  }
  countShed(failure?.errorType, metrics);
  addUsage(record, consumption, deps);
  return {
    operation,
    agentType,
    status,
    ...identityFields(record),
    ...usageFields(record, consumption),
    ...(failure === undefined ? {} : { errorType: failure.errorType }),
    ...routeFields(record),
  };
}

function statusOf({ turn, failure }: RequestRecord): RequestStatus {
  if (turn?.cancelledBy?.code === "client_closed") return "cancelled";
  if (failure === undefined) return "success";
  return failure.isRejection ? "rejected" : "error";
}

/** Bounds on requests and bytes shed load too; the event loop's is counted where it is measured. */
function countShed(errorType: string | undefined, { shed }: Metrics): void {
  if (errorType === "too_many_requests_at_once") shed.shed("requests");
  if (errorType === "too_many_bytes_at_once") shed.shed("bytes");
}

/** What the call of a model was like, for the metrics and traces of the GenAI conventions. */
function endChat(
  record: RequestRecord,
  { model, usage }: Consumption,
  { metrics, recentAnswers }: AccountingDeps,
): void {
  const { calledAtMs, firstByteAtMs, startedAtMs, failure, chat, requestedModel } = record;
  if (calledAtMs === undefined || requestedModel === undefined) return;
  const { outputTokens } = usage;
  const inputTokens = totalTokens(usage) - outputTokens;
  recentAnswers.note(model?.id ?? OTHER, failure);
  metrics.genAi.ended({
    model: model?.id ?? OTHER,
    durationSeconds: (performance.now() - calledAtMs) / 1000,
    ...(firstByteAtMs === undefined ? {} : { firstTokenSeconds: (firstByteAtMs - calledAtMs) / 1000 }),
    ...(inputTokens === 0 ? {} : { inputTokens, outputTokens }),
    ...(failure === undefined ? {} : { errorType: failure.errorType }),
  });
  if (firstByteAtMs !== undefined) {
    metrics.gatewayTiming.firstByte(model?.id ?? OTHER, (firstByteAtMs - startedAtMs) / 1000);
  }
  chat?.end({
    ...(model === undefined ? {} : { responseModel: model.id }),
    usage,
    ...(failure === undefined ? {} : { failure }),
  });
}

function addUsage(record: RequestRecord, consumption: Consumption, deps: AccountingDeps): void {
  const { usage, costNanoUsd } = consumption;
  if (record.identity === undefined || totalTokens(usage) === 0) return;
  const { agent, agentType } = record;
  const model = consumption.model?.id ?? OTHER;
  deps.metrics.tokenUsage.used({ agentType, model }, totalTokens(usage), toUsd(costNanoUsd));
  deps.usage.add({
    hour: hourOf(deps.now?.() ?? new Date()),
    tenant: record.identity.tenant,
    agent,
    model,
    requests: 1,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cacheReadTokens: usage.cacheReadTokens,
    cacheWriteTokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    costNanoUsd,
  });
}

const HOUR_MS = 3_600_000;

function hourOf(now: Date): string {
  return new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS).toISOString();
}

function identityFields({ identity, session }: RequestRecord): Partial<Account> {
  return {
    ...(identity === undefined ? {} : { tenant: identity.tenant, keyId: identity.keyId }),
    ...(session === undefined ? {} : { session }),
  };
}

function usageFields({ requestedModel }: RequestRecord, consumption: Consumption): Partial<Account> {
  if (requestedModel === undefined) return {};
  const { usage, costNanoUsd, isEstimated } = consumption;
  const model = { model: consumption.model?.id ?? OTHER };
  if (totalTokens(usage) === 0) return model;
  return {
    ...model,
    inputTokens: totalTokens(usage) - usage.outputTokens,
    outputTokens: usage.outputTokens,
    costUsd: toUsd(costNanoUsd),
    ...(isEstimated ? { estimated: true } : {}),
  };
}

function routeFields(record: RequestRecord): Partial<Account> {
  const { decidedBy, fallbackFrom, attempts, cache, upstreamRequestId, traceId } = record;
  return {
    ...(decidedBy === undefined ? {} : { decidedBy }),
    ...(fallbackFrom === undefined ? {} : { fallbackFrom }),
    ...(attempts === undefined || attempts < 2 ? {} : { attempts }),
    ...(cache === undefined ? {} : { cache }),
    ...(upstreamRequestId === undefined ? {} : { upstreamRequestId }),
    ...(traceId === undefined ? {} : { traceId }),
  };
}
