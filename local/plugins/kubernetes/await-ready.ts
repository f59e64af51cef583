import { InitializationError } from "../protocol/provider-plugin.ts";
import { type LiveObject, type Manifest, objectId, objectLabel } from "./kubernetes-object.ts";
import { objectOutputs } from "./object-outputs.ts";
import { podReasons } from "./pod-reasons.ts";
import { readiness } from "./readiness.ts";
import type { ProviderSession } from "./session.ts";
import { growingPause, timeoutOf } from "./waiting.ts";

const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 2000;
/** Pods are looked at only now and then: that costs two more requests. */
const POLLS_PER_POD_CHECK = 6;
/** Events carry whole seconds. */
const EVENT_CLOCK_SLACK_MS = 2000;

export interface AwaitedObject {
  readonly urn: string;
  readonly live: LiveObject;
  readonly inputs: Manifest;
  /** The user's `customTimeouts`; 0 when not given. */
  readonly timeoutSeconds: number;
}

/**
 * Waits until the object is usable and returns it as it is then. Whatever goes wrong (time-out, failure,
 * cancellation, a lost API server), the error is one that keeps the object in the state.
 */
export async function awaitReady(session: ProviderSession, awaited: AwaitedObject): Promise<LiveObject> {
  const { urn, inputs } = awaited;
  const startedAt = Date.now();
  const limitSeconds = timeoutOf(inputs, awaited.timeoutSeconds);
  const nextPoll = growingPause(FIRST_POLL_MS, LONGEST_POLL_MS, session.cancelled);
  const reasonsNow = (object: LiveObject) =>
    podReasons(session.api, object, startedAt - EVENT_CLOCK_SLACK_MS);
  let live = awaited.live;
  let said = "";

  for (let poll = 1; ; poll++) {
    const verdict = readiness(live);
    if (verdict.state === "ready") return live;
    const fail = (reason: string) => keepingError(live, inputs, reason);
    if (verdict.state === "failed") throw fail(verdict.reason + (await reasonsNow(live)));
    if (Date.now() - startedAt > limitSeconds * 1000) {
      throw fail(`not ready after ${limitSeconds} s: ${verdict.reason}${await reasonsNow(live)}`);
    }
    if (poll % POLLS_PER_POD_CHECK === 0) {
      const reasons = await reasonsNow(live);
      if (reasons.includes("violates PodSecurity")) throw fail(`its pods are refused${reasons}`);
    }
    if (verdict.reason !== said) session.log.progress(urn, verdict.reason);
    said = verdict.reason;
    if ((await nextPoll()) === "cancelled") throw fail(`cancelled while waiting: ${verdict.reason}`);
    live = await refreshed(session, live, fail);
  }
}

async function refreshed(
  session: ProviderSession,
  live: LiveObject,
  fail: (reason: string) => Error,
): Promise<LiveObject> {
  const next = await session.api.get(live).catch((error: Error) => {
    throw fail(error.message);
  });
  if (next?.metadata.uid !== live.metadata.uid || next === undefined)
    throw fail("it was deleted while it was waited for");
  return next;
}

function keepingError(live: LiveObject, inputs: Manifest, reason: string): InitializationError {
  return new InitializationError(`${objectLabel(live)}: ${reason}`, {
    id: objectId(live),
    outputs: objectOutputs(live, inputs),
    inputs,
  });
}
