import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import type { StackFinding } from "../pack/stack-policy.ts";
import type { BucketWith, Setting } from "./cloud-stack.ts";

/** What a policy asks of a setting of a bucket. */
export interface SettingRule {
  /** Everything wrong with a setting that stands in a resource of its own. */
  readonly judge: (setting: Setting) => Iterable<Finding>;
  /** The property of the bucket itself in which older programs state the same, and what is wrong or not known yet there. */
  readonly inline?: { readonly property: string; readonly judge: (value: Field) => Iterable<Finding> };
  /** What is wrong where nothing is set. */
  readonly absent: string;
  readonly remedy: string;
}

/** Judges the settings of a bucket, wherever they stand; at least one has to be there. */
export function judgeSetting(
  subject: BucketWith,
  { judge, inline, absent, remedy }: SettingRule,
): StackFinding[] {
  const { root, placed, settings, open } = subject;
  if (settings.length > 0) {
    return settings.flatMap((setting) =>
      Array.from(judge(setting), (finding) => ({ placed: setting.placed, finding })),
    );
  }
  if (inline !== undefined) {
    const stated = root.at(inline.property);
    if (!stated.missing) return Array.from(inline.judge(stated), (finding) => ({ placed, finding }));
  }
  if (open.length > 0) return open.map((field) => ({ placed, finding: undecided(field) }));
  return [{ placed, finding: violation(root, absent, remedy) }];
}

/** Nothing where a field has the value that it must have. */
export function expectValue(field: Field, expected: unknown, why: string, remedy: string): Finding[] {
  if (field.unknown) return [undecided(field)];
  if (field.value === expected) return [];
  const got = field.missing ? "not set" : JSON.stringify(field.value);
  return [violation(field, `it is ${got} in place of ${JSON.stringify(expected)}: ${why}`, remedy)];
}
