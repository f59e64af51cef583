import { GatewayError } from "../errors.ts";
import type { UpstreamResponse, WholeResponse } from "../gateway/upstream.ts";
import type { ErrorAnswer, Failed } from "./attempt.ts";
import { FAILURES } from "./failure-class.ts";
import { ModelCall } from "./model-call.ts";
import { type CallDeps, CallReport, type UpstreamCall } from "./upstream-call.ts";

export type UpstreamResult =
  | {
      readonly kind: "answered";
      readonly response: UpstreamResponse | WholeResponse;
      readonly report: CallReport;
    }
  /** Every model failed; this is the upstream's last error, to be passed on. */
  | { readonly kind: "refused"; readonly response: ErrorAnswer; readonly report: CallReport };

/**
 * Asks the upstream until a model answers. A model that fails is left for the next one at once, as long as there is one
 * whose breaker lets calls through; only the last one is asked again, after waits (see `Retries`). Nothing of an answer
 * has gone to the caller while this goes on.
 *
 * @param report is filled; pass one to have it also when the call throws.
 * @throws {GatewayError} the last failure when the upstream gave no answer at all; `circuit_open`, with `retry-after`,
 *   when no model could be asked.
 * @throws the signal's reason when it is aborted.
 */
export async function callUpstream(
  deps: CallDeps,
  call: UpstreamCall,
  report: CallReport = new CallReport(),
): Promise<UpstreamResult> {
  deps.retries.countCall();
  let lastFailed: Failed | undefined;
  for (let index = 0; index < call.models.length; index += 1) {
    const outcome = await new ModelCall(deps, call, report, index).run();
    if (outcome === undefined) continue;
    if (outcome.kind === "answered") return { kind: "answered", response: outcome.response, report };
    lastFailed = outcome;
    if (!FAILURES[outcome.failure].fallsBack) break;
  }
  if (lastFailed === undefined) throw nothingToAsk(deps, call);
  if (lastFailed.cause instanceof GatewayError) throw lastFailed.cause;
  return { kind: "refused", response: lastFailed.cause, report };
}

function nothingToAsk({ breakers }: CallDeps, { models }: UpstreamCall): GatewayError {
  const refusesForMs = Math.min(...models.map((model) => breakers.of(model).refusesForMs));
  const seconds = Math.max(1, Math.ceil(refusesForMs / 1000));
  const headers = { "retry-after": String(seconds) };
  return new GatewayError("circuit_open", `Try again in ${seconds} s.`, { headers });
}
