import { costNanoUsd } from "../limits/cost.ts";
import { type ModelCatalogue, type ModelFacts, NO_USAGE, type TokenUsage, totalTokens } from "./models.ts";
import type { RequestRecord } from "./request-record.ts";

/** What a request that ended used and cost. */
export interface Consumption {
  /** The model that answered, or would have; absent where none was asked for. */
  readonly model?: ModelFacts;
  readonly usage: TokenUsage;
  /** At list price; 0 for models without a known price. */
  readonly costNanoUsd: number;
  /** Whether the usage is guessed, because the answer ended before it told. */
  readonly isEstimated: boolean;
}

/**
 * What a request is charged with: what its answer says; where it ended before it could say, the prompt as estimated and
 * the output as counted so far. An answer that is an error costs nothing.
 */
export function consumptionOf(record: RequestRecord, models: ModelCatalogue): Consumption {
  const answer = record.observed?.();
  const model = models.find(answer?.model ?? record.answeringModel ?? record.requestedModel ?? "");
  const base = model === undefined ? {} : { model };
  if (answer !== undefined && totalTokens(answer.usage) > 0) {
    const cost = model === undefined ? 0 : costNanoUsd(model, answer.usage, answer.modifiers, models);
    return { ...base, usage: answer.usage, costNanoUsd: cost, isEstimated: record.endedEarly };
  }
  if (!record.endedEarly) return { ...base, usage: NO_USAGE, costNanoUsd: 0, isEstimated: false };
  const usage = { ...NO_USAGE, inputTokens: record.estimatedInputTokens ?? 0 };
  const cost = model === undefined ? 0 : costNanoUsd(model, usage, {}, models);
  return { ...base, usage, costNanoUsd: cost, isEstimated: true };
}
