import { type NotChecked, notCheckedPathsOf } from "../../policies/pack/not-checked.ts";

/** The sentence of the policy SDK about a policy that read a value which is not known yet. */
const CANNOT_RUN = /can't run (?:policy|remediation) .* during preview: (.*)/;

/**
 * The places of values that were not known to a policy, from the engine's message.
 *
 * @returns undefined for a message about anything else
 */
export function uncheckedPaths(message: string): readonly string[] | undefined {
  const paths = notCheckedPathsOf(message);
  if (paths !== undefined) return paths;
  const reason = CANNOT_RUN.exec(message)?.[1];
  // Not the policy's own words: the place is not known, but that nothing was decided is.
  return reason === undefined ? undefined : [reason];
}

/** The entry that accepts a value as not checked; undefined when nobody has looked at it. */
export function acceptedBy(
  listed: readonly NotChecked[],
  resource: string,
  path: string,
): NotChecked | undefined {
  return listed.find((entry) => matches(entry.resource, resource) && matches(entry.path, path));
}

/** Whether a text is the pattern, in which `*` stands for anything and every other character for itself. */
export function matches(pattern: string, text: string): boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let end = first.length;
  for (const part of others) {
    const start = text.indexOf(part, end);
    if (start < 0) return false;
    end = start + part.length;
  }
  return text.length - last.length >= end && text.endsWith(last);
}
