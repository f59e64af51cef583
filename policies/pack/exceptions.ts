import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";

/** Annotations of this prefix take an object out of one policy, whose name follows. */
export const EXCEPTION_PREFIX = "policy-exception/";

/** Who answers for an object that breaks a policy, why it does, and until when it may. */
export interface Exception {
  readonly owner: string;
  readonly reason: string;
  /** The last day, as `2027-03-31`, in UTC. */
  readonly expires: string;
}

/** An annotation as it stands: an exception, or why it is none. */
export type StatedException =
  | { readonly type: "stated"; readonly policy: string; readonly field: Field; readonly exception: Exception }
  | { readonly type: "malformed"; readonly policy: string; readonly field: Field; readonly problem: string }
  | { readonly type: "unknown"; readonly policy: string; readonly field: Field };

/** Every exception that the annotations of an object state. */
export function exceptionsOf({ root }: Manifest): StatedException[] {
  return root
    .at("metadata", "annotations")
    .entries()
    .filter(([name]) => name.startsWith(EXCEPTION_PREFIX))
    .map(([name, field]) => readException(name.slice(EXCEPTION_PREFIX.length), field));
}

/** Policies about exceptions begin with this, and nothing is excepted from them. */
const ABOUT_EXCEPTIONS = "exception-";
const POLICY_NAME = /^[a-z]+(?:-[a-z]+)*-(?:require|disallow|limit)-[a-z]+(?:-[a-z]+)*$/;

/** Whether an exception of the object for this policy holds today. */
export function isExcepted(manifest: Manifest, policy: string): boolean {
  if (policy.startsWith(ABOUT_EXCEPTIONS)) return false;
  return exceptionsOf(manifest).some(
    (stated) => stated.policy === policy && stated.type === "stated" && isLive(stated.exception),
  );
}

/** Whether there is something that the exception would hold for. */
export function isExceptable(policy: string): boolean {
  return POLICY_NAME.test(policy) && !policy.startsWith(ABOUT_EXCEPTIONS);
}

/** Its last day counts as a whole, in UTC. */
export function isLive({ expires }: Exception): boolean {
  return expires >= today();
}

/** Days from today to the last day of an exception. */
export function daysLeft({ expires }: Exception): number {
  return (Date.parse(expires) - Date.parse(today())) / 86_400_000;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function readException(policy: string, field: Field): StatedException {
  if (field.unknown) return { type: "unknown", policy, field };
  const value = parseObject(field.text);
  if (value === null) return { type: "malformed", policy, field, problem: "it is no JSON object" };
  const { owner, reason, expires, ...others } = value;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    return { type: "malformed", policy, field, problem: `it has the key ${JSON.stringify(other)}` };
  }
  if (!isText(owner)) return { type: "malformed", policy, field, problem: "it names no owner" };
  if (!isText(reason)) return { type: "malformed", policy, field, problem: "it gives no reason" };
  if (!isText(expires) || !isDate(expires)) {
    return { type: "malformed", policy, field, problem: "its expires is no date such as 2027-03-31" };
  }
  return { type: "stated", policy, field, exception: { owner, reason, expires } };
}

function parseObject(text: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

/** `2027-02-30` is read as a day of March by the parser of dates, and `+012027-03` as the first day of a month. */
function isDate(text: string): boolean {
  const time = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}
