import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

/** Nothing where a property names a key of the account; keys of AWS have aliases that begin with `alias/aws/`. */
export function expectCustomerKey(field: Field, remedy: string): Finding[] {
  if (field.unknown) return [undecided(field)];
  if (field.text !== undefined && field.text !== "" && !/(?:^|:)alias\/aws\//.test(field.text)) return [];
  const got = field.missing ? "not set" : JSON.stringify(field.value);
  return [violation(field, `it is ${got}, which names no key of your own.`, remedy)];
}
