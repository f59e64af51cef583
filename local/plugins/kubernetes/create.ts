import type { CreateRequest, CreateResult } from "../protocol/provider-plugin.ts";
import { appliedManifest } from "./applied-manifest.ts";
import { awaitReady } from "./await-ready.ts";
import { asManifest, objectId, objectLabel } from "./kubernetes-object.ts";
import { objectOutputs } from "./object-outputs.ts";
import { refuseForeign } from "./ownership.ts";
import { previewCreate } from "./preview.ts";
import type { ProviderSession } from "./session.ts";

/**
 * Makes the object and waits until it is usable. One that exists is taken over if an earlier run of ours made
 * it (and was broken off before it could say so), otherwise refused: server-side apply alone would seize it
 * silently.
 */
export async function createObject(session: ProviderSession, request: CreateRequest): Promise<CreateResult> {
  if (request.preview) return { id: "", outputs: await previewCreate(session, request) };
  const { urn, timeoutSeconds } = request;
  const { api, log } = session;
  const inputs = asManifest(request.inputs);
  const manifest = appliedManifest(inputs);

  await api.awaitKind(manifest);
  const existing = await api.get(manifest);
  if (existing) {
    refuseForeign(session, existing);
    log.warning(urn, `${objectLabel(existing)} existed already and is taken over`);
  }
  const made = await api.apply(manifest, { onWarning: (text) => log.warning(urn, text) });
  const live = await awaitReady(session, { urn, live: made, inputs, timeoutSeconds });
  return { id: objectId(live), outputs: objectOutputs(live, inputs) };
}
