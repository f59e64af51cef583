import type { GatewayConfig } from "../config/gateway-config.ts";
import { boundNanoUsd } from "../limits/cost.ts";
import { ownValue } from "../own-value.ts";
import type { MessageRequest } from "./message-request.ts";
import type { ModelCatalogue, ModelFacts } from "./models.ts";

/** The models that may answer a request, in order: the one asked for, then its fallbacks. */
export interface Candidates {
  readonly names: readonly string[];
  /** What is known of the model asked for; absent for one that this build does not know. */
  readonly requested?: ModelFacts;
  /** Upper bound of the cost, whichever of them answers; undefined where one has none. */
  readonly boundNanoUsd: number | undefined;
}

/** Fallbacks are found by the model's id as well as by an alias that the caller used. */
export function candidatesFor(
  message: MessageRequest,
  { fallbacks }: Pick<GatewayConfig, "fallbacks">,
  models: ModelCatalogue,
): Candidates {
  const requested = models.find(message.model);
  const names = [
    message.model,
    ...(ownValue(fallbacks, message.model) ?? ownValue(fallbacks, requested?.id ?? "") ?? []),
  ];
  return {
    names,
    boundNanoUsd: largestBound(names, message, models),
    ...(requested === undefined ? {} : { requested }),
  };
}

function largestBound(
  names: readonly string[],
  message: MessageRequest,
  models: ModelCatalogue,
): number | undefined {
  let largest = 0;
  for (const name of names) {
    const model = models.find(name);
    const bound = model === undefined ? undefined : boundNanoUsd(message, model, models);
    if (bound === undefined) return undefined;
    largest = Math.max(largest, bound);
  }
  return largest;
}
