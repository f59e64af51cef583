import { type LiveObject, objectId, objectLabel } from "./kubernetes-object.ts";
import { FIELD_MANAGER } from "./object-api.ts";
import type { ProviderSession } from "./session.ts";

/** Throws if `existing` belongs to somebody else and the provider was not told to take such objects over. */
export function refuseForeign({ args }: ProviderSession, existing: LiveObject): void {
  if (isOurs(existing) || args.upsertExistingObjects) return;
  const id = objectId(existing);
  throw new Error(
    `${objectLabel(existing)} exists already and was not made by this provider: import it (resource option import: "${id}"), give the new one another name, or set the provider argument upsertExistingObjects`,
  );
}

/** Whether this provider made the object (or began to, in a run that was broken off). */
function isOurs(live: LiveObject): boolean {
  return (live.metadata.managedFields ?? []).some(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === "Apply",
  );
}
