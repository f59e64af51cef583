import type { RequestStatus } from "../metrics/agent-requests.ts";
import { OTHER } from "../metrics/bounded-label.ts";
import type { Metrics } from "../metrics/catalogue.ts";
import { costUsd, type ModelCatalogue, totalTokens } from "./models.ts";
import type { RequestRecord } from "./request-record.ts";

/** What a request that ended adds to its log line. */
export interface Account {
  readonly operation: string;
  readonly agentType: string;
  readonly status: RequestStatus;
  readonly session?: string;
  readonly model?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
  readonly errorType?: string;
  readonly upstreamRequestId?: string;
}

/** Books a gateway request that ended: requests, errors, tokens and cost. Also books what a cancelled one had used. */
export function account(
  record: RequestRecord,
  durationSeconds: number,
  { metrics, models }: { metrics: Metrics; models: ModelCatalogue },
): Account {
  const { agentType, operation, failure } = record;
  const status = statusOf(record);
  metrics.agentRequests.ended({ agentType, operation, status, durationSeconds });
  if (failure !== undefined && status !== "cancelled") {
    metrics.errors.failed({ agentType, errorType: failure.errorType, severity: failure.severity });
  }
  return {
    operation,
    agentType,
    status,
    ...(record.session === undefined ? {} : { session: record.session }),
    ...bookUsage(record, { metrics, models }),
    ...(failure === undefined ? {} : { errorType: failure.errorType }),
    ...(record.upstreamRequestId === undefined ? {} : { upstreamRequestId: record.upstreamRequestId }),
  };
}

function statusOf({ turn, failure }: RequestRecord): RequestStatus {
  if (turn?.cancelledBy?.code === "client_closed") return "cancelled";
  if (failure === undefined) return "success";
  return failure.isRejection ? "rejected" : "error";
}

function bookUsage(
  { agentType, requestedModel, observed }: RequestRecord,
  { metrics, models }: { metrics: Metrics; models: ModelCatalogue },
): Partial<Account> {
  const answer = observed?.();
  const named = answer?.model ?? requestedModel;
  if (named === undefined) return {};
  const facts = models.find(named);
  const model = facts?.id ?? OTHER;
  if (answer === undefined) return { model };
  const cost = facts === undefined ? 0 : costUsd(facts, answer.usage);
  const tokens = totalTokens(answer.usage);
  metrics.tokenUsage.used({ agentType, model }, tokens, cost);
  const { outputTokens } = answer.usage;
  return { model, inputTokens: tokens - outputTokens, outputTokens, costUsd: cost };
}
