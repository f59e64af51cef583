import type { DetailedError } from "@cedar-policy/cedar-wasm/web";
import { ConfigError, type ConfigFault, showValue } from "../config/config-error.ts";
import type { MountedFile } from "../config/mounted-files.ts";
import { cedar } from "./cedar.ts";
import { createCedarSchema } from "./cedar-schema.ts";
import { POLICY_ID, readPolicyHeader } from "./policy-header.ts";

/** One policy of a file, under the id that its annotation gives it. */
interface NamedPolicy {
  readonly id: string;
  readonly text: string;
  readonly isForbid: boolean;
  readonly file: MountedFile;
  /** Byte of the file at which it begins. */
  readonly offset: number;
}

/** A checked set of policies. */
export interface PolicySet {
  /** Texts by id. */
  readonly texts: Readonly<Record<string, string>>;
  /** Ids of those that forbid. */
  readonly forbids: ReadonlySet<string>;
}

/**
 * Reads and checks policies: syntax, an `@id("…")` for each and none twice, and that they name nothing that does not exist.
 *
 * @param mayMisname whether names are checked, which takes 50 ms the first time; the shipped policies need it only in tests.
 * @throws {ConfigError} naming the file and line of every fault.
 */
export function readPolicySet(files: readonly MountedFile[], mayMisname: boolean): PolicySet {
  const faults: ConfigFault[] = [];
  const policies = files.flatMap((file) => readPolicies(file, faults));
  faults.push(...faultsOfIds(policies));
  if (faults.length === 0 && mayMisname) faults.push(...faultsOfNames(policies));
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    texts: textsById(policies),
    forbids: new Set(policies.filter(({ isForbid }) => isForbid).map(({ id }) => id)),
  };
}

const textsById = (policies: readonly NamedPolicy[]) =>
  Object.fromEntries(policies.map(({ id, text }) => [id, text]));

function readPolicies(file: MountedFile, faults: ConfigFault[]): NamedPolicy[] {
  const parts = cedar().policySetTextToParts(file.text);
  if (parts.type === "failure") {
    faults.push(...parts.errors.map((error) => faultAt(file, 0, error)));
    return [];
  }
  for (const template of parts.policy_templates) {
    const path = placeOf(file, offsetOf(file, template));
    faults.push({ path, allowed: "policies without slots such as ?principal: nothing would fill them" });
  }
  return parts.policies.flatMap((text) => readPolicy(file, text, faults));
}

function readPolicy(file: MountedFile, text: string, faults: ConfigFault[]): NamedPolicy[] {
  const offset = offsetOf(file, text);
  const { id, isForbid } = readPolicyHeader(text);
  if (id !== undefined && POLICY_ID.test(id)) return [{ id, text, isForbid, file, offset }];
  const allowed = 'an annotation @id("…") of 1 to 63 letters, digits, `.`, `_` or `-` at each policy';
  faults.push({ path: placeOf(file, offset), got: id === undefined ? "none" : showValue(id), allowed });
  return [];
}

function faultsOfIds(policies: readonly NamedPolicy[]): ConfigFault[] {
  const places = new Map<string, string>();
  return policies.flatMap(({ id, file, offset }) => {
    const place = placeOf(file, offset);
    const earlier = places.get(id);
    if (earlier === undefined) places.set(id, place);
    return earlier === undefined
      ? []
      : [{ path: place, got: `@id(${showValue(id)})`, allowed: `each id once; ${earlier} has it too` }];
  });
}

/** Warnings count: a policy that can never apply does not do what its author wants. */
function faultsOfNames(policies: readonly NamedPolicy[]): ConfigFault[] {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const staticPolicies = textsById(policies);
  const answer = cedar().validate({ schema: createCedarSchema(), policies: { staticPolicies } });
  if (answer.type === "failure") {
    return answer.errors.map(({ message }) => ({ path: "*.cedar", allowed: message }));
  }
  return [...answer.validationErrors, ...answer.validationWarnings].map(({ policyId, error }) => {
    const policy = byId.get(policyId);
    return policy === undefined
      ? { path: policyId, allowed: error.message }
      : faultAt(policy.file, policy.offset, error);
  });
}

function faultAt(file: MountedFile, offset: number, error: DetailedError): ConfigFault {
  const [source] = error.sourceLocations ?? [];
  const hints = [source?.label, error.help].filter((hint) => hint !== null && hint !== undefined);
  return {
    path: placeOf(file, offset + (source?.start ?? 0)),
    allowed: [error.message, ...hints].join("; "),
  };
}

/** Cedar counts in bytes of UTF-8, not in characters. */
function offsetOf({ text }: MountedFile, part: string): number {
  return Buffer.byteLength(text.slice(0, Math.max(0, text.indexOf(part))));
}

function placeOf({ name, text }: MountedFile, offset: number): string {
  const before = Buffer.from(text).subarray(0, offset).toString();
  return `${name}:${before.split("\n").length}`;
}
