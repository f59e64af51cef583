import { parsePath } from "../protocol/property-change.ts";
import {
  isPropertyMap,
  mapMembers,
  type PropertyMap,
  type PropertyValue,
} from "../protocol/property-value.ts";
import { isSecretKind, type LiveObject, type Manifest, memberAt } from "./kubernetes-object.ts";

/**
 * What is sent for `inputs`. A Secret's `stringData` goes into `data`: the server only ever adds what is
 * applied through `stringData`, so that keys could not be removed again.
 */
export function appliedManifest(inputs: Manifest): Manifest {
  const { data, stringData, ...rest } = inputs;
  if (!isSecretKind(inputs) || !isPropertyMap(stringData)) return inputs;
  const encoded = mapMembers(stringData, encodeBase64);
  return { ...rest, data: { ...(isPropertyMap(data) ? data : {}), ...encoded } } as Manifest;
}

/**
 * `manifest` with the live values at the paths of `ignoreChanges`: a field that is left out of an apply would
 * be reset, one that is sent with an old value would be set back.
 */
export function withIgnoredFields(
  manifest: Manifest,
  live: LiveObject,
  ignoreChanges: readonly string[],
): Manifest {
  const kept = structuredClone(manifest);
  for (const path of ignoreChanges.map(parsePath)) {
    const last = path.at(-1);
    const liveValue = memberAt(live, path);
    const parent = memberAt(kept, path.slice(0, -1));
    if (last !== undefined && liveValue !== undefined) setMember(parent, last, liveValue);
  }
  return kept;
}

function setMember(parent: PropertyValue | undefined, step: string | number, value: PropertyValue): void {
  if (Array.isArray(parent)) parent[Number(step)] = value;
  else if (isPropertyMap(parent)) parent[step] = value;
}

/** A Secret as its `stringData` would describe it, beside its `data`. */
export function withDecodedData(secretObject: Manifest): PropertyMap {
  const data = secretObject["data"];
  return isSecretKind(secretObject) && isPropertyMap(data)
    ? { ...secretObject, stringData: mapMembers(data, decodeBase64) }
    : secretObject;
}

function encodeBase64(text: PropertyValue): string {
  return Buffer.from(String(text)).toString("base64");
}

function decodeBase64(encoded: PropertyValue): string {
  return Buffer.from(String(encoded), "base64").toString();
}
