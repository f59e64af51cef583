import type { DeleteRequest } from "../protocol/provider-plugin.ts";
import { awaitGone } from "./await-gone.ts";
import { isNotFound, isUnreachable } from "./kube-error.ts";
import { annotation, asManifest, isManifest, type Manifest } from "./kubernetes-object.ts";
import type { PropagationPolicy } from "./object-api.ts";
import type { ProviderSession } from "./session.ts";
import { timeoutOf } from "./waiting.ts";

/**
 * Deletes the object and what belongs to it, and waits until it is gone. One that is gone already is no
 * error.
 */
export async function deleteObject(session: ProviderSession, request: DeleteRequest): Promise<void> {
  const object = isManifest(request.oldOutputs) ? request.oldOutputs : asManifest(request.oldInputs);
  try {
    const isGoing = await session.api.remove(object, propagationOf(object));
    const isAwaited = annotation(object, "pulumi.com/skipAwait") !== "true";
    const limitSeconds = timeoutOf(object, request.timeoutSeconds);
    if (isGoing && isAwaited) await awaitGone(session, { urn: request.urn, object, limitSeconds });
  } catch (error) {
    if (isNotFound(error)) return; // Its kind has gone, and all objects with it.
    if (!isUnreachable(error) || !session.args.deleteUnreachable) throw error;
    session.log.warning(
      request.urn,
      `${(error as Error).message}; forgotten, because deleteUnreachable is set`,
    );
  }
}

function propagationOf(object: Manifest): PropagationPolicy {
  const asked = annotation(object, "pulumi.com/deletionPropagationPolicy")?.toLowerCase();
  if (asked === "background") return "Background";
  return asked === "orphan" ? "Orphan" : "Foreground";
}
