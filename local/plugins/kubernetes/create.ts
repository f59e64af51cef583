import type { CreateRequest, CreateResult } from "../protocol/provider-plugin.ts";
import { appliedManifest } from "./applied-manifest.ts";
import { awaitGone } from "./await-gone.ts";
import { awaitReady } from "./await-ready.ts";
import { asManifest, isTerminating, type Manifest, objectId, objectLabel } from "./kubernetes-object.ts";
import { objectOutputs } from "./object-outputs.ts";
import { refuseForeign } from "./ownership.ts";
import { previewCreate } from "./preview.ts";
import type { ProviderSession } from "./session.ts";
import { timeoutOf } from "./waiting.ts";

/**
 * Makes the object and waits until it is usable. One of the same name that is being deleted is waited for; one
 * that an earlier run of ours made (and was broken off before it could say so) is taken over; any other is
 * refused, because server-side apply alone would seize it silently.
 */
export async function createObject(session: ProviderSession, request: CreateRequest): Promise<CreateResult> {
  if (request.preview) return { id: "", outputs: await previewCreate(session, request) };
  const { urn, timeoutSeconds } = request;
  const { api, log } = session;
  const inputs = asManifest(request.inputs);
  const manifest = appliedManifest(inputs);

  await api.awaitKind(manifest);
  await settleWithNamesake(session, request, manifest);
  const made = await api.apply(manifest, { onWarning: (text) => log.warning(urn, text) });
  const live = await awaitReady(session, { urn, live: made, inputs, timeoutSeconds });
  return { id: objectId(live), outputs: objectOutputs(live, inputs) };
}

async function settleWithNamesake(
  session: ProviderSession,
  { urn, timeoutSeconds }: CreateRequest,
  manifest: Manifest,
): Promise<void> {
  const existing = await session.api.get(manifest);
  if (!existing) return;
  if (isTerminating(existing)) {
    const limitSeconds = timeoutOf(manifest, timeoutSeconds);
    return awaitGone(session, { urn, object: existing, limitSeconds });
  }
  refuseForeign(session, existing);
  session.log.warning(urn, `${objectLabel(existing)} existed already and is taken over`);
}
