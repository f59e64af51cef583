import { isPropertyMap, type PropertyMap, type PropertyValue } from "./property-value.ts";
import type { PropertyChange } from "./provider-plugin.ts";

type Value = PropertyValue | undefined;

/** Steps from a resource's properties to a value in them: keys of maps, indices of arrays. */
export type PropertyPath = readonly (string | number)[];

export interface ValueChange {
  readonly path: PropertyPath;
  readonly kind: PropertyChange["kind"];
}

/** Equal as Kubernetes and the engine see it: an absent member, `undefined` and `null` are the same. */
export function equalValues(left: Value, right: Value): boolean {
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, i) => equalValues(item, right[i]))
    );
  }
  if (!isPropertyMap(left)) return (left ?? null) === (right ?? null);
  return isPropertyMap(right) && memberKeys(left, right).every((key) => equalValues(left[key], right[key]));
}

/** The smallest values that differ between `before` and `after`, by path. */
export function changedValues(before: Value, after: Value, path: PropertyPath = []): ValueChange[] {
  if (isPropertyMap(before) && isPropertyMap(after)) {
    return memberKeys(before, after).flatMap((key) => changedValues(before[key], after[key], [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const shared = Math.min(before.length, after.length);
    return [
      ...before
        .slice(0, shared)
        .flatMap((item, index) => changedValues(item, after[index], [...path, index])),
      // An item that is null counts: arrays of another length are others.
      ...before
        .slice(shared)
        .map((_, index) => ({ path: [...path, shared + index], kind: "delete" as const })),
      ...after.slice(shared).map((_, index) => ({ path: [...path, shared + index], kind: "add" as const })),
    ];
  }
  return equalValues(before, after) ? [] : [{ path, kind: kindOfChange(before, after) }];
}

/**
 * Changes of whole members, none of which needs a new resource: the plain comparison of two sets of
 * arguments.
 */
export function changedMembers(before: PropertyMap, after: PropertyMap): PropertyChange[] {
  return memberKeys(before, after)
    .filter((key) => !equalValues(before[key], after[key]))
    .map((key) => ({ path: pathText([key]), kind: kindOfChange(before[key], after[key]), replace: false }));
}

/** A path as Pulumi writes it: `spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`. */
export function pathText(path: PropertyPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^[A-Za-z_$][\w$]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** The inverse of {@link pathText}. */
export function parsePath(text: string): PropertyPath {
  const steps = text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g);
  return [...steps].map(([, index, quoted, key = ""]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? key : String(JSON.parse(quoted));
  });
}

function kindOfChange(before: Value, after: Value): ValueChange["kind"] {
  if (before === undefined || before === null) return "add";
  return after === undefined || after === null ? "delete" : "update";
}

function memberKeys(left: PropertyMap, right: PropertyMap): string[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])];
}
