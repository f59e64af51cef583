import { HEADERS } from "../contract.ts";
import { GatewayError } from "../errors.ts";
import type { UpstreamResponse, WholeResponse } from "../gateway/upstream.ts";
import type { ErrorAnswer, Failed } from "./attempt.ts";
import { FAILURES } from "./failure-class.ts";
import { mayRepeat } from "./may-repeat.ts";
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
 * has gone to the caller while this goes on. Nothing is asked again that the upstream may be paid for (see `mayRepeat`).
 *
 * @param report is filled; pass one to have it also when the call throws.
 * @throws {GatewayError} the last failure when the upstream gave no answer at all; `circuit_open`, with `retry-after`,
 *   when no model could be asked; `upstream_key_refused` when the upstream does not accept the gateway's key.
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
    if (!FAILURES[outcome.failure].fallsBack || !mayRepeat(call, outcome)) break;
  }
  if (lastFailed === undefined) throw nothingToAsk(deps, call);
  const { cause, failure } = lastFailed;
  if (cause instanceof GatewayError) throw cause;
  if (failure === "authentication") throw keyRefused(cause);
  return { kind: "refused", response: cause, report };
}

/** The caller's own key is good, and nothing it could do would help: so it must not be told that its key is not. */
function keyRefused({ headers }: ErrorAnswer): GatewayError {
  const requestId = headers[HEADERS.requestId];
  return new GatewayError("upstream_key_refused", undefined, {
    ...(typeof requestId === "string" ? { headers: { [HEADERS.upstreamRequestId]: requestId } } : {}),
  });
}

function nothingToAsk({ breakers }: CallDeps, { models }: UpstreamCall): GatewayError {
  const refusesForMs = Math.min(...models.map((model) => breakers.of(model).refusesForMs));
  const seconds = Math.max(1, Math.ceil(refusesForMs / 1000));
  const headers = { "retry-after": String(seconds) };
  return new GatewayError("circuit_open", `Try again in ${seconds} s.`, { headers });
}
