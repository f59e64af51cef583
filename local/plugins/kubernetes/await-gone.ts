import { type LiveObject, type Manifest, objectLabel } from "./kubernetes-object.ts";
import type { ProviderSession } from "./session.ts";
import { growingPause } from "./waiting.ts";

const FIRST_POLL_MS = 50;
const LONGEST_POLL_MS = 1000;

/**
 * Waits until an object that is being deleted is gone. Throws, with what holds the object back, when the time
 * is over or the user cancels.
 */
export async function awaitGone(
  session: ProviderSession,
  { urn, object, limitSeconds }: { urn: string; object: Manifest; limitSeconds: number },
): Promise<void> {
  const startedAt = Date.now();
  const nextPoll = growingPause(FIRST_POLL_MS, LONGEST_POLL_MS, session.cancelled);
  let said = "";
  for (;;) {
    const live = await session.api.get(object);
    const isAnother = object.metadata.uid !== undefined && live?.metadata.uid !== object.metadata.uid;
    if (live === undefined || isAnother) return;
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
  return finalizers.length > 0 ? `deletion waits for: ${finalizers.join(", ")}` : "terminating";
}
