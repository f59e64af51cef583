import { randomBytes } from "node:crypto";
import { isPropertyMap, type PropertyMap } from "../protocol/property-value.ts";
import { annotation, memberAt } from "./kubernetes-object.ts";

/**
 * Marks an object whose name was generated, so that its replacement may stand beside it under another name.
 */
const AUTONAMED = "pulumi.com/autonamed";
const SUFFIX_BYTES = 4;

export function isAutonamed(object: PropertyMap): boolean {
  return annotation(object, AUTONAMED) === "true";
}

/**
 * `metadata` with a name: the one generated before, or a new one for a new resource and for the new half of a
 * replacement (whose `oldInputs` are empty).
 */
export function withGeneratedName(
  metadata: PropertyMap,
  resourceName: string,
  oldInputs: PropertyMap,
): PropertyMap {
  const before = isAutonamed(oldInputs) ? memberAt(oldInputs, ["metadata", "name"]) : undefined;
  const { generateName, annotations = {}, ...rest } = metadata;
  const prefix = generateName ?? `${resourceName.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, "-")}-`;
  const name = before ?? `${prefix}${randomBytes(SUFFIX_BYTES).toString("hex")}`;
  const isKnown = isPropertyMap(annotations);
  return { ...rest, name, annotations: isKnown ? { ...annotations, [AUTONAMED]: "true" } : annotations };
}
