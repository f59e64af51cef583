import type { Finding } from "./finding.ts";

/**
 * Hands the values that are not known yet to the SDK by throwing the error it threw when they were read: the SDK
 * then reports, as advice and with the policy's name, that the policy could not run. The message names all values.
 */
export function rethrowUndecided(findings: readonly Finding[], subject?: string): void {
  const fields = findings.flatMap((finding) => (finding.type === "undecided" ? [finding.field] : []));
  const error = fields.find((field) => field.unknown)?.unknown;
  if (error === undefined) return;
  const paths = [...new Set(fields.map((field) => field.path))].join(", ");
  const owner = subject === undefined ? "" : ` of ${subject}`;
  error.message = `not known before the update: ${paths}${owner}; the update judges it before it changes anything`;
  throw error;
}
