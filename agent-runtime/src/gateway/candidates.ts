import type { FastifyRequest } from "fastify";
import { boundNanoUsd } from "../limits/cost.ts";
import { diceOf } from "../limits/dice.ts";
import { ownValue } from "../own-value.ts";
import type { GatewayDeps } from "./deps.ts";
import type { MessageRequest } from "./message-request.ts";
import type { ModelCatalogue, ModelFacts } from "./models.ts";
import { identityOf, recordOf } from "./request-record.ts";

type CandidateDeps = Pick<GatewayDeps, "config" | "models" | "policies" | "switches">;

/** The models that may answer a request, in order: the one asked for, then its fallbacks. */
export interface Candidates {
  /** What the model asked for is to policies, switches and caches, whichever of its names the caller used. */
  readonly model: string;
  readonly names: readonly string[];
  /** What is known of the model asked for; absent for one that this build does not know. */
  readonly requested?: ModelFacts;
  /** Upper bound of the cost, whichever of them answers; undefined where one has none. */
  readonly boundNanoUsd: number | undefined;
}

/**
 * Fallbacks are found by the model's id as well as by an alias that the caller used. Those that the caller may not ask for
 * itself, or whose switch is off, are left out.
 */
export function candidatesFor(
  message: MessageRequest,
  request: FastifyRequest,
  deps: CandidateDeps,
): Candidates {
  const { models } = deps;
  const { fallbacks } = deps.config.current;
  const requested = models.find(message.model);
  const model = requested?.id ?? message.model;
  const names = [message.model];
  for (const name of ownValue(fallbacks, message.model) ?? ownValue(fallbacks, model) ?? []) {
    if (mayAnswer(modelIdOf(name, models), request, deps)) names.push(name);
  }
  return {
    model,
    names,
    boundNanoUsd: largestBound(names, message, models),
    ...(requested === undefined ? {} : { requested }),
  };
}

/** The id of a model that this build knows, the name as it is of another one. */
export function modelIdOf(name: string, models: Pick<ModelCatalogue, "find">): string {
  return models.find(name)?.id ?? name;
}

/** The model asked for is admitted by the store; for the others there is no second round trip, but a mirror. */
function mayAnswer(model: string, request: FastifyRequest, { policies, switches }: CandidateDeps): boolean {
  const record = recordOf(request);
  const subject = { model, agent: record.agent };
  if (!policies.decide(identityOf(record), "messages:create", subject).allowed) return false;
  const percent = switches.get(`model:${model}`);
  return percent === undefined || diceOf(record.session, request.id) < percent;
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
