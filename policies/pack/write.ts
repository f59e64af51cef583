import type { Field } from "../manifests/field.ts";

/** Names of properties on the way down to a value; the last is the value's own. */
type WritePath = readonly [string, ...string[]];

/**
 * Sets a value below a field, in place, and makes the objects on the way that are missing or null.
 * Nothing is written below or over a value that a preview cannot know, nor into what is not an object.
 * @returns whether it was set
 */
export function write(field: Field, [key, ...below]: WritePath, value: unknown): boolean {
  const target = field.value;
  // What is unknown has no value either, and so is no object.
  if (!isObject(target)) return false;
  const child = field.at(key);
  if (child.unknown) return false;
  const [next, ...rest] = below;
  if (next !== undefined && !child.missing) return write(child, [next, ...rest], value);
  target[key] = below.reduceRight((inner, name) => ({ [name]: inner }), value);
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
