import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";

/** Kinds of objects that grant rights. */
export const ROLE_KINDS: readonly string[] = ["Role", "ClusterRole"];

/** One verb on one resource, such as `create` on `pods/exec` of the core group, whose name is empty. */
export interface Right {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
}

/**
 * Whether a rule grants something: by its name at least in part, or by wildcards alone, which `role-disallow-wildcards`
 * refuses.
 */
export type Grant = "named" | "wildcard" | "none" | { readonly unknown: Field };

type Match = Exclude<Grant, object> | { readonly unknown: Field };

export function rulesOf({ root }: Manifest): Field[] {
  return root.at("rules").items();
}

/**
 * Whether a rule of a role grants a right.
 * @throws Error where a list holds anything else than texts, because then nothing can be said about the rule
 */
export function grantOf(rule: Field, { verb, resource, group }: Right): Grant {
  const verbs = find(rule.at("verbs"), (entry) => entry === verb, isStar);
  const resources = find(
    rule.at("resources"),
    (entry) => entry === resource,
    (entry) => isStar(entry) || (entry.startsWith("*/") && resource.endsWith(entry.slice(1))),
  );
  const groups = find(rule.at("apiGroups"), (entry) => entry === group, isStar);
  const matches = [verbs, resources, groups];
  if (matches.includes("none")) return "none";
  if (verbs === "wildcard" && resources === "wildcard") return "wildcard";
  const open = matches.find((match) => typeof match === "object");
  return open ?? "named";
}

function isStar(entry: string): boolean {
  return entry === "*";
}

function find(list: Field, isNamed: (entry: string) => boolean, isWild: (entry: string) => boolean): Match {
  const entries = list.items();
  const texts = entries.filter(({ unknown }) => unknown === undefined).map(textOf);
  if (texts.some(isNamed)) return "named";
  if (texts.some(isWild)) return "wildcard";
  const unknown = entries.find((entry) => entry.unknown);
  return unknown === undefined ? "none" : { unknown };
}

/** @throws Error where the value is no text */
export function textOf({ path, text, value }: Field): string {
  if (text === undefined)
    throw new Error(`${path}: expected a text, got ${JSON.stringify(value) ?? "nothing"}`);
  return text;
}
