import { costNanoUsd } from "../limits/cost.ts";
import { type ModelCatalogue, type ModelFacts, NO_USAGE, type TokenUsage } from "./models.ts";
import type { RequestRecord } from "./request-record.ts";
import type { ObservedAnswer } from "./usage.ts";

/** What a request that ended used and cost. */
export interface Consumption {
  /** The model that answered, or would have; absent where none was asked for. */
  readonly model?: ModelFacts;
  readonly usage: TokenUsage;
  /** At list price; 0 for models without a known price. */
  readonly costNanoUsd: number;
  /** Whether the usage is guessed, because the answer does not tell. */
  readonly isEstimated: boolean;
}

/**
 * What a request is charged with: what its answer says; for a stream that ended before it could say, its input and the
 * output as counted so far. Where the answer tells nothing, the upstream may have charged anything: so as much as the
 * request could cost. An error answer costs nothing.
 */
export function consumptionOf(record: RequestRecord, models: ModelCatalogue): Consumption {
  const answer = record.observed?.();
  const model = models.find(answer?.model ?? record.answeringModel ?? record.requestedModel ?? "");
  const consumption = isTold(answer, record)
    ? told(answer, record, model, models)
    : untold(record, model, models);
  return model === undefined ? consumption : { model, ...consumption };
}

function isTold(answer: ObservedAnswer | undefined, record: RequestRecord): answer is ObservedAnswer {
  return answer?.known === "all" || (answer?.known === "input" && record.endedEarly);
}

function told(
  { usage, modifiers, known }: ObservedAnswer,
  { worstCase }: RequestRecord,
  model: ModelFacts | undefined,
  models: ModelCatalogue,
): Consumption {
  const cost = model === undefined ? 0 : costNanoUsd(model, usage, modifiers, models);
  if (known === "all") return { usage, costNanoUsd: cost, isEstimated: false };
  // The estimate errs upwards, the bound is certain.
  const bound = worstCase?.boundNanoUsd ?? Number.POSITIVE_INFINITY;
  return { usage, costNanoUsd: Math.min(cost, bound), isEstimated: true };
}

function untold(record: RequestRecord, model: ModelFacts | undefined, models: ModelCatalogue): Consumption {
  const { call, worstCase, estimatedInputTokens: inputTokens = 0 } = record;
  if (worstCase === undefined || call?.mayHaveCost !== true) {
    return { usage: NO_USAGE, costNanoUsd: 0, isEstimated: false };
  }
  const usage = { ...NO_USAGE, inputTokens, outputTokens: worstCase.outputTokens };
  const estimate = model === undefined ? 0 : costNanoUsd(model, usage, {}, models);
  return { usage, costNanoUsd: worstCase.boundNanoUsd ?? estimate, isEstimated: true };
}
