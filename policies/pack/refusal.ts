import { notChecked } from "./not-checked.ts";

/**
 * The error of a policy that could not do its work: the resource counts as refused. Where it stumbled over a value that
 * is not known yet, which it should have asked about, the SDK's own error stays: nothing was checked.
 */
export function refusal(policy: string, urn: string, cause: unknown): Error {
  if (isUnknownValue(cause)) return notChecked(cause, [`.${cause.props.map(String).join(".")}`]);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`policy ${policy} could not judge ${urn} and therefore refuses it: ${reason}`, { cause });
}

/** What the SDK throws where a value is read that is not known before the update; it exports no type for it. */
function isUnknownValue(cause: unknown): cause is Error & { readonly props: readonly unknown[] } {
  return cause instanceof Error && "props" in cause && Array.isArray(cause.props);
}
