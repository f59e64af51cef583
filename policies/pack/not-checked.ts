import type { PolicyConfigSchema } from "@pulumi/policy";
import type { Finding, LocatedFinding } from "./finding.ts";

/**
 * Values of a stack that a preview cannot know and that were looked at by a person: `npm run policy` fails for every other.
 * The policies themselves do not read it: the engine says of each such value that it was not checked, listed or not.
 */
export interface NotChecked {
  /** Name of the Pulumi resource; `*` stands for any part of it. */
  readonly resource: string;
  /** Place of the value, such as `.spec.replicas`; `*` stands for any part of it. */
  readonly path: string;
  readonly reason: string;
}

/** The setting that every policy has. */
export const NOT_CHECKED_PARAMETER: PolicyConfigSchema["properties"] = {
  notChecked: {
    type: "array",
    items: {
      type: "object",
      required: ["resource", "path", "reason"],
      additionalProperties: false,
      properties: {
        resource: { type: "string", minLength: 1 },
        path: { type: "string", minLength: 1 },
        reason: { type: "string", minLength: 1 },
      },
    },
    default: [],
    description:
      "Values that a preview cannot know and that `npm run policy` accepts as not checked: the name of the resource, the " +
      "place of the value (in both, `*` stands for anything) and the reason.",
  },
};

const INTRODUCTION = "not known before the update: ";
const END = "; the update judges it before it changes anything";

/**
 * Hands the values that are not known yet to the SDK by throwing the error it threw when they were read: the SDK
 * then reports, as advice and with the policy's name, that the policy could not run. The message names all values.
 */
export function rethrowUndecided(findings: readonly Finding[]): void {
  throwNamed(findings, (finding) => finding.field.path);
}

/** The same for a policy over a whole stack: there a place needs the object too, as in `Service ai-agents/web .spec`. */
export function rethrowUndecidedOf(findings: readonly LocatedFinding[]): void {
  const subjects = new Map(findings.map(({ finding, subject }) => [finding, subject]));
  throwNamed([...subjects.keys()], (finding) => `${subjects.get(finding)} ${finding.field.path}`);
}

function throwNamed(findings: readonly Finding[], nameOf: (finding: Finding) => string): void {
  const open = findings.filter(({ type }) => type === "undecided");
  const error = open.find(({ field }) => field.unknown)?.field.unknown;
  if (error === undefined) return;
  throw notChecked(error, open.map(nameOf));
}

/** The SDK's error about a value that is not known yet, with all values that are not. */
export function notChecked(error: Error, names: readonly string[]): Error {
  error.message = `${INTRODUCTION}${[...new Set(names)].join(", ")}${END}`;
  return error;
}

/** The places of the values that a message of the engine names as not checked; undefined for every other message. */
export function notCheckedPathsOf(message: string): string[] | undefined {
  const start = message.indexOf(INTRODUCTION);
  if (start < 0) return undefined;
  const rest = message.slice(start + INTRODUCTION.length);
  return rest.slice(0, rest.lastIndexOf(END)).split(", ");
}
