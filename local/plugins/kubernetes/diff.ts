import { changedValues, pathText, type ValueChange } from "../protocol/property-change.ts";
import { containsUnknown, isPropertyMap, type PropertyMap } from "../protocol/property-value.ts";
import type { DiffRequest, DiffResult } from "../protocol/provider-plugin.ts";
import { appliedManifest } from "./applied-manifest.ts";
import { isAutonamed } from "./autoname.ts";
import { refusedAsImmutable, replacingFields, touches } from "./immutable-fields.ts";
import { isKubeError, isUnreachable } from "./kube-error.ts";
import { isManifest, memberAt, objectId } from "./kubernetes-object.ts";
import type { ProviderSession } from "./session.ts";

/**
 * Compares old inputs with new ones, never with the live object: what controllers and other people change is
 * not a change of the program (a refresh shows it).
 */
export async function diffObject(session: ProviderSession, request: DiffRequest): Promise<DiffResult> {
  const { urn, inputs } = request;
  const before = withNamespaceOf(request.oldInputs, request.oldOutputs, inputs);
  const changes = changedValues(before, inputs);
  const replacing = await replacingChanges(session, changes, inputs);
  if (replacing.size > 0) session.replacedUrns.add(urn);
  return {
    changes: changes.map((change) => ({
      path: pathText(change.path),
      kind: change.kind,
      replace: replacing.has(change),
    })),
    deleteBeforeReplace: replacing.size > 0 && keepsFixedName(before, inputs),
  };
}

/** An object made before its kind was served has its namespace only in the outputs. */
function withNamespaceOf(oldInputs: PropertyMap, oldOutputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  const { metadata } = oldInputs;
  const namespace = memberAt(oldOutputs, ["metadata", "namespace"]);
  const isMissing = isPropertyMap(metadata) && metadata["namespace"] === undefined && namespace !== undefined;
  return isMissing && isPropertyMap(inputs["metadata"])
    ? { ...oldInputs, metadata: { ...metadata, namespace } }
    : oldInputs;
}

/**
 * Which of `changes` need a new object: those the table knows, else those that a dry run of the change calls
 * immutable.
 */
async function replacingChanges(
  session: ProviderSession,
  changes: ValueChange[],
  inputs: PropertyMap,
): Promise<ReadonlySet<ValueChange>> {
  const { apiVersion, kind } = inputs;
  const fields = replacingFields({ apiVersion: String(apiVersion), kind: String(kind) }, session.args);
  const known = changes.filter((change) => touches(change, fields));
  if (known.length > 0 || changes.length === 0 || containsUnknown(inputs) || !isManifest(inputs))
    return new Set(known);
  try {
    await session.api.apply(appliedManifest(inputs), { dryRun: true });
    return new Set();
  } catch (error) {
    if (!isKubeError(error) || isUnreachable(error)) throw error;
    return new Set(refusedAsImmutable(changes, error)); // Any other refusal is reported by the preview of Update.
  }
}

/** Old and new object cannot stand side by side: the user gave the name, and it stays. */
function keepsFixedName(before: PropertyMap, inputs: PropertyMap): boolean {
  return (
    isManifest(before) && isManifest(inputs) && objectId(before) === objectId(inputs) && !isAutonamed(inputs)
  );
}
