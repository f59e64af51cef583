import { randomBytes } from "node:crypto";
import { containsUnknown, isPropertyMap, type PropertyMap } from "../protocol/property-value.ts";
import type { CreateRequest } from "../protocol/provider-plugin.ts";
import { appliedManifest } from "./applied-manifest.ts";
import { isInvalidObject, isNotFound } from "./kube-error.ts";
import {
  asManifest,
  groupKind,
  isTerminating,
  type LiveObject,
  type Manifest,
  memberAt,
  objectLabel,
} from "./kubernetes-object.ts";
import { previewedOutputs, withUnknownAddresses } from "./object-outputs.ts";
import { refuseForeign } from "./ownership.ts";
import type { ProviderSession } from "./session.ts";

/** Refusals that only the trial's made-up name or namespace brings about. */
const TRIAL_ARTEFACT = /already allocated|must be spec\.names\.plural/;
const TRIAL_NAME_LENGTH = 40;

/**
 * What Create would make, checked by the API server as far as it can be now; throws what the server says
 * against it.
 */
export async function previewCreate(
  session: ProviderSession,
  { urn, inputs }: CreateRequest,
): Promise<PropertyMap> {
  if (containsUnknown(inputs)) return previewedOutputs(inputs, inputs);
  const manifest = appliedManifest(asManifest(inputs));
  const resource = await session.api.resourceOf(manifest.apiVersion, manifest.kind);
  if (!resource) {
    warnOfUnservedKind(session, urn, manifest);
    return previewedOutputs(inputs, inputs);
  }

  const existing = await session.api.get(manifest);
  const isReplacement = session.replacedUrns.has(urn);
  if (existing && !isReplacement && !isTerminating(existing)) refuseForeign(session, existing);
  if (existing) return expectedOutputs(await tryUnderAnotherName(session, urn, manifest), inputs);
  try {
    return expectedOutputs(await dryRun(session, urn, manifest), inputs);
  } catch (error) {
    const namespaceIsToCome = isNotFound(error) && resource.namespaced;
    if (!namespaceIsToCome) throw error;
    return expectedOutputs(await tryInAnotherNamespace(session, manifest), inputs);
  }
}

/** A dry run of the object itself, and of one of its pods. */
export async function dryRun(session: ProviderSession, urn: string, manifest: Manifest): Promise<LiveObject> {
  const expected = await session.api.apply(manifest, {
    dryRun: true,
    onWarning: (text) => session.log.warning(urn, text),
  });
  await tryPod(session, urn, expected);
  return expected;
}

/** For an object whose predecessor stands in its place still. */
async function tryUnderAnotherName(
  session: ProviderSession,
  urn: string,
  manifest: Manifest,
): Promise<Manifest> {
  const expected = await tryElsewhere(session, manifest, {});
  await tryPod(session, urn, expected);
  return expected;
}

/** For an object whose namespace comes with the same update. What depends on the namespace goes unchecked. */
function tryInAnotherNamespace(session: ProviderSession, manifest: Manifest): Promise<Manifest> {
  return tryElsewhere(session, manifest, { namespace: "default" });
}

/**
 * The object as a dry run elsewhere makes it, under its own name again. Only faults of the object itself
 * count.
 */
async function tryElsewhere(
  session: ProviderSession,
  manifest: Manifest,
  place: { namespace?: string },
): Promise<Manifest> {
  const { name } = manifest.metadata;
  const trialName = `${name.slice(0, TRIAL_NAME_LENGTH)}-${randomBytes(4).toString("hex")}`;
  const trial = { ...manifest, metadata: { ...manifest.metadata, ...place, name: trialName } };
  try {
    const expected = await session.api.apply(trial, { dryRun: true });
    return { ...expected, metadata: { ...expected.metadata, ...manifest.metadata } };
  } catch (error) {
    const isArtefact = !isInvalidObject(error) || TRIAL_ARTEFACT.test(error.message);
    if (isArtefact) return manifest;
    throw new Error(error.message.replaceAll(trialName, name));
  }
}

/**
 * Pod Security and quotas act on pods, not on what makes them: asks the server about one pod of the template.
 */
async function tryPod(session: ProviderSession, urn: string, object: Manifest): Promise<void> {
  const template =
    memberAt(object, ["spec", "template"]) ?? memberAt(object, ["spec", "jobTemplate", "spec", "template"]);
  const { namespace } = object.metadata;
  const podSpec = memberAt(template, ["spec"]);
  if (namespace === undefined || !isPropertyMap(podSpec) || podSpec["containers"] === undefined) return;
  // The service account may come with the same update, and a pod without it is refused before Pod Security is asked.
  const { serviceAccountName: _, serviceAccount: __, ...spec } = podSpec;
  const metadata = {
    ...labelsAndAnnotations(memberAt(template, ["metadata"])),
    generateName: "pulumi-preview-",
  };
  try {
    await session.api.tryPod(namespace, { apiVersion: "v1", kind: "Pod", metadata, spec });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes("violates PodSecurity"))
      throw new Error(`${objectLabel(object)}: its pods would be refused: ${message}`);
    if (message.includes("exceeded quota"))
      session.log.warning(urn, `one more pod of it would not fit now: ${message}`);
  }
}

function labelsAndAnnotations(metadata: unknown): PropertyMap {
  return isPropertyMap(metadata) ? metadata : {};
}

function warnOfUnservedKind(
  { definedKinds, log }: ProviderSession,
  urn: string,
  { apiVersion, kind }: Manifest,
): void {
  if (definedKinds.has(`${apiVersion}/${kind}`)) return;
  log.warning(
    urn,
    `${apiVersion} ${kind} is not served by the cluster yet, so it was not checked; its CustomResourceDefinition has to be there before this resource`,
  );
}

function expectedOutputs(expected: Manifest, inputs: PropertyMap): PropertyMap {
  const isService = groupKind(expected) === "/Service";
  return previewedOutputs(isService ? withUnknownAddresses(expected, inputs) : expected, inputs);
}
