import { isPropertyMap, type PropertyMap } from "../protocol/property-value.ts";
import type { ReadRequest, ReadResult } from "../protocol/provider-plugin.ts";
import { appliedManifest, withDecodedData } from "./applied-manifest.ts";
import { driftedInputs } from "./drift.ts";
import { isKubeError, isUnreachable } from "./kube-error.ts";
import {
  isManifest,
  kindOfType,
  type LiveObject,
  type Manifest,
  memberAt,
  type ObjectReference,
} from "./kubernetes-object.ts";
import { objectOutputs } from "./object-outputs.ts";
import type { ProviderSession } from "./session.ts";

/** What the server adds to an object's metadata and nobody would declare. */
const SERVER_METADATA = [
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "generation",
  "selfLink",
  "ownerReferences",
  "finalizers",
];

/**
 * The object as it is now, for refresh, import and `.get()`; its inputs show where it drifted from what was
 * declared.
 */
export async function readObject(session: ProviderSession, request: ReadRequest): Promise<ReadResult> {
  const { oldInputs, oldOutputs } = request;
  const live = await liveObject(session, referenceOf(request));
  if (!live) return undefined;
  if (!isManifest(oldInputs)) return { inputs: importedInputs(live), outputs: objectOutputs(live, {}) };

  const outputs = objectOutputs(live, oldInputs);
  const isUntouched = live.metadata.resourceVersion === memberAt(oldOutputs, ["metadata", "resourceVersion"]);
  if (isUntouched) return { inputs: oldInputs, outputs };
  const applied = await dryRunOrNothing(session, appliedManifest(oldInputs));
  const inputs = driftedInputs(oldInputs, withDecodedData(live), applied && withDecodedData(applied));
  return { inputs: isPropertyMap(inputs) ? inputs : oldInputs, outputs };
}

function referenceOf({ type, id, oldInputs }: ReadRequest): ObjectReference {
  const { apiVersion, kind } = isManifest(oldInputs) ? oldInputs : kindOfType(type);
  const slash = id.lastIndexOf("/");
  const namespace = slash > 0 ? { namespace: id.slice(0, slash) } : {};
  return { apiVersion, kind, metadata: { name: id.slice(slash + 1), ...namespace } };
}

/** An object of a kind that is not served (any more) does not exist. */
async function liveObject(
  { api }: ProviderSession,
  reference: ObjectReference,
): Promise<LiveObject | undefined> {
  try {
    return await api.get(reference);
  } catch (error) {
    if (isKubeError(error) && error.kind === "unserved-kind") return undefined;
    throw error;
  }
}

/** What a person would have declared to get this object. */
function importedInputs(live: LiveObject): PropertyMap {
  const { status: _, metadata, ...inputs } = objectOutputs(live, {});
  const declared = Object.entries(isPropertyMap(metadata) ? metadata : {}).filter(
    ([key]) => !SERVER_METADATA.includes(key),
  );
  return { ...inputs, metadata: Object.fromEntries(declared) };
}

/** What applying the old inputs again would give; nothing if the server refuses them by now. */
async function dryRunOrNothing(
  { api }: ProviderSession,
  manifest: Manifest,
): Promise<LiveObject | undefined> {
  try {
    return await api.apply(manifest, { dryRun: true });
  } catch (error) {
    if (isUnreachable(error)) throw error;
    return undefined;
  }
}
