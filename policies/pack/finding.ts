import type { Field } from "../manifests/field.ts";

/** What a policy found at one place of an object. */
export type Finding =
  | { readonly type: "violation"; readonly field: Field; readonly reason: string; readonly remedy: string }
  | { readonly type: "undecided"; readonly field: Field };

/** Found in the object of which this is the description, such as `Deployment ai-agents/coordinator`. */
export interface LocatedFinding {
  readonly finding: Finding;
  readonly subject: string;
  /** Resource to blame, for a policy over many. */
  readonly urn?: string | undefined;
}

/**
 * @param reason what is wrong and why that matters; never a secret's value
 * @param remedy what to write instead
 */
export function violation(field: Field, reason: string, remedy: string): Finding {
  return { type: "violation", field, reason, remedy };
}

/** The value decides, and it is not known before the update. */
export function undecided(field: Field): Finding {
  return { type: "undecided", field };
}

/** Reports every violation, not only the first. */
export function reportViolations(
  findings: readonly LocatedFinding[],
  reportViolation: (message: string, urn?: string) => void,
): void {
  for (const found of findings) {
    const message = messageOf(found);
    if (message !== undefined) reportViolation(message, found.urn);
  }
}

/** What is reported for a violation: object, place, reason and remedy. */
export function messageOf({ finding, subject }: LocatedFinding): string | undefined {
  if (finding.type !== "violation") return undefined;
  const place = finding.field.path === "" ? subject : `${subject}, at ${finding.field.path}`;
  return `${place}: ${finding.reason} ${finding.remedy}`;
}
