import type { DeleteRequest } from "../protocol/provider-plugin.ts";
import { isNotFound, isUnreachable } from "./kube-error.ts";
import {
  annotation,
  asManifest,
  isManifest,
  type LiveObject,
  type Manifest,
  objectLabel,
} from "./kubernetes-object.ts";
import type { PropagationPolicy } from "./object-api.ts";
import type { ProviderSession } from "./session.ts";
import { growingPause, timeoutOf } from "./waiting.ts";

const FIRST_POLL_MS = 50;
const LONGEST_POLL_MS = 1000;

/**
 * Deletes the object and what belongs to it, and waits until it is gone. One that is gone already is no
 * error.
 */
export async function deleteObject(session: ProviderSession, request: DeleteRequest): Promise<void> {
  const object = isManifest(request.oldOutputs) ? request.oldOutputs : asManifest(request.oldInputs);
  try {
    const isGoing = await session.api.remove(object, propagationOf(object));
    const isAwaited = annotation(object, "pulumi.com/skipAwait") !== "true";
    if (isGoing && isAwaited) await awaitGone(session, request, object);
  } catch (error) {
    if (isNotFound(error)) return; // Its kind has gone, and all objects with it.
    if (!isUnreachable(error) || !session.args.deleteUnreachable) throw error;
    session.log.warning(
      request.urn,
      `${(error as Error).message}; forgotten, because deleteUnreachable is set`,
    );
  }
}

async function awaitGone(
  session: ProviderSession,
  { urn, timeoutSeconds }: DeleteRequest,
  object: Manifest,
): Promise<void> {
  const startedAt = Date.now();
  const limitSeconds = timeoutOf(object, timeoutSeconds);
  const nextPoll = growingPause(FIRST_POLL_MS, LONGEST_POLL_MS, session.cancelled);
  let said = "";
  for (;;) {
    const live = await session.api.get(object);
    const isGone =
      live === undefined || (object.metadata.uid !== undefined && live.metadata.uid !== object.metadata.uid);
    if (isGone) return;
    const reason = whatHoldsIt(live);
    if (Date.now() - startedAt > limitSeconds * 1000) {
      throw new Error(`${objectLabel(live)}: still there ${limitSeconds} s after its deletion: ${reason}`);
    }
    if (reason !== said) session.log.progress(urn, reason);
    said = reason;
    if ((await nextPoll()) === "cancelled") {
      throw new Error(`${objectLabel(live)}: cancelled while waiting for its deletion: ${reason}`);
    }
  }
}

function whatHoldsIt(live: LiveObject): string {
  const conditions = (live.status?.conditions ?? []).filter(
    ({ type, status }) => status === "True" && /Remaining|Failure/.test(type),
  );
  if (conditions.length > 0) return conditions.map(({ message }) => message).join("; ");
  const finalizers = live.metadata.finalizers ?? [];
  return finalizers.length > 0 ? `finalizers: ${finalizers.join(", ")}` : "terminating";
}

function propagationOf(object: Manifest): PropagationPolicy {
  const asked = annotation(object, "pulumi.com/deletionPropagationPolicy")?.toLowerCase();
  if (asked === "background") return "Background";
  return asked === "orphan" ? "Orphan" : "Foreground";
}
