import { containsUnknown, UNKNOWN } from "../protocol/property-value.ts";
import type { UpdateRequest, UpdateResult } from "../protocol/provider-plugin.ts";
import { appliedManifest, withIgnoredFields } from "./applied-manifest.ts";
import { awaitReady } from "./await-ready.ts";
import { asManifest, type Manifest } from "./kubernetes-object.ts";
import { objectOutputs, previewedUpdate } from "./object-outputs.ts";
import { dryRun } from "./preview.ts";
import type { ProviderSession } from "./session.ts";

/**
 * Applies the new inputs and waits until the object is usable again; an object that was deleted meanwhile is
 * made anew.
 */
export async function updateObject(session: ProviderSession, request: UpdateRequest): Promise<UpdateResult> {
  const { urn, preview, timeoutSeconds } = request;
  if (preview && containsUnknown(request.inputs)) {
    return { outputs: objectOutputs({ ...request.inputs, status: UNKNOWN }, request.inputs) };
  }
  const inputs = asManifest(request.inputs);
  const manifest = await manifestToApply(session, inputs, request.ignoreChanges);
  if (preview) return { outputs: previewedUpdate(await dryRun(session, urn, manifest), inputs) };

  const changed = await session.api.apply(manifest, { onWarning: (text) => session.log.warning(urn, text) });
  const live = await awaitReady(session, { urn, live: changed, inputs, timeoutSeconds });
  return { outputs: objectOutputs(live, inputs) };
}

async function manifestToApply(
  { api }: ProviderSession,
  inputs: Manifest,
  ignoreChanges: readonly string[],
): Promise<Manifest> {
  const live = ignoreChanges.length > 0 ? await api.get(inputs) : undefined;
  const manifest = appliedManifest(inputs);
  return live ? withIgnoredFields(manifest, live, ignoreChanges) : manifest;
}
