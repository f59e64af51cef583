import type { Field } from "../manifests/field.ts";
import { parseQuantity } from "../manifests/quantity.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

/** Reads the quantities of an object; what cannot be added up is kept as a finding. */
export class Quantities {
  readonly findings: Finding[] = [];

  /** In cores or bytes; a missing quantity asks for nothing. */
  read(field: Field): number {
    if (field.missing) return 0;
    if (this.isOpen(field)) return 0;
    const amount = parseQuantity(field.value) ?? Number.NaN;
    if (amount >= 0) return amount;
    const reason = `it is ${JSON.stringify(field.value)}, which is no quantity, so nothing can be added up.`;
    this.findings.push(violation(field, reason, "Write a quantity such as 500m or 2Gi."));
    return 0;
  }

  /** Whether a value that decides is not known yet, which is a finding too. */
  isOpen(field: Field): boolean {
    if (field.unknown) this.findings.push(undecided(field));
    return field.unknown !== undefined;
  }
}
