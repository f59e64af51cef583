import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { nearest } from "./nearest.ts";
import { allowedIn, keysAt, nodeAt, type SchemaNode } from "./reference.ts";

/** One thing that is wrong with the configuration of a stack. */
export interface Fault {
  /** Where: `coordinator.minReplicas`, `regions[1].name`. */
  readonly path: string;
  /** What stands there, shortened, never a secret. */
  readonly got: string;
  readonly allowed: string;
  readonly fix: string;
}

/** All faults of a stack's configuration at once; shown without a stack trace. */
export class ConfigError extends pulumi.RunError {
  readonly faults: readonly Fault[];

  constructor(stack: string, project: string, faults: readonly Fault[]) {
    super(
      [
        `The configuration of stack ${stack} has ${faults.length} fault${faults.length === 1 ? "" : "s"}:`,
        ...faults.map(({ path, got, allowed, fix }, index) =>
          [`  ${index + 1}. ${project}:${path}`, `got: ${got}`, `allowed: ${allowed}`, `fix: ${fix}`].join(
            "\n     ",
          ),
        ),
      ].join("\n"),
    );
    this.faults = faults;
  }
}

type CustomIssue = Extract<z.core.$ZodIssue, { readonly code: "custom" }>;

/** Translates what zod found in `input` into faults. */
export function faultsOf(error: z.ZodError, input: unknown): Fault[] {
  return error.issues.flatMap((issue): Fault[] => {
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => unknownKey(issue.path, key));
      case "invalid_key":
        return [wrongName(issue.path)];
      case "custom":
        return [contradiction(issue, input)];
      default:
        return [wrongValue(issue.path, issue.message, input)];
    }
  });
}

function unknownKey(parent: readonly PropertyKey[], key: string): Fault {
  const allowed = keysAt(parent);
  return {
    path: writePath([...parent, key]),
    got: "an unknown key (its value is not shown)",
    allowed: allowed.join(", "),
    fix: nodeAt(parent)?.elsewhere?.[key] ?? fixForUnknown(parent, nearest(key, allowed)),
  };
}

function fixForUnknown(parent: readonly PropertyKey[], meant: string | undefined): string {
  if (meant === undefined) return "remove it";
  return `did you mean ${writePath([...parent, meant])}? Rename it, or remove it`;
}

/** An entry of a record stands under a name that may not be one. */
function wrongName(path: readonly PropertyKey[]): Fault {
  const parent = path.slice(0, -1);
  const rule = nodeAt(parent)?.propertyNames;
  return {
    path: writePath(parent),
    got: `the name ${show(String(path.at(-1)))}`,
    allowed: rule === undefined ? "another name" : allowedIn(rule),
    fix: "rename the entry",
  };
}

/** A check of ours failed: over several fields with its own words, or on one field with the words of the schema. */
function contradiction({ path, params, message }: CustomIssue, input: unknown): Fault {
  const { got, allowed, fix } = params ?? {};
  if (typeof got !== "string" || typeof allowed !== "string" || typeof fix !== "string") {
    return wrongValue(path, message, input);
  }
  return { path: writePath(path), got, allowed, fix };
}

function wrongValue(path: readonly PropertyKey[], message: string, input: unknown): Fault {
  const value = valueAt(input, path);
  const node = nodeAt(path);
  return {
    path: writePath(path),
    got: value === undefined ? "nothing" : isSecret(path) ? "[secret]" : show(value),
    allowed: node === undefined ? message : allowedIn(node),
    fix: fixFor(value, node),
  };
}

function fixFor(value: unknown, node: SchemaNode | undefined): string {
  if (value === undefined) return "add it to the stack's file";
  const isNumber = node?.type === "integer" || node?.type === "number";
  if (isNumber && typeof value === "string" && Number.isFinite(Number.parseFloat(value))) {
    return `write ${Number.parseFloat(value)} without quotes`;
  }
  if (typeof value === "number" && node?.type === "string")
    return `write "${value}" in quotes, if that is what is meant`;
  return node?.fix ?? "change it to an allowed value";
}

const ANTHROPIC_KEY = /sk-ant-[\w-]*/g;
const MAX_SHOWN_LENGTH = 120;

/** Whether a text holds something that looks like an API key of Anthropic. */
export function holdsApiKey(text: string): boolean {
  return text.search(ANTHROPIC_KEY) >= 0;
}

/** The text with every such key in it hidden. */
export function withoutApiKeys(text: string): string {
  return text.replaceAll(ANTHROPIC_KEY, "[secret]");
}

function show(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  const redacted = withoutApiKeys(text).replace(/\/\/[^/@]*@/g, "//[secret]@");
  const shown = redacted.length > MAX_SHOWN_LENGTH ? `${redacted.slice(0, MAX_SHOWN_LENGTH)}…` : redacted;
  return `${shown} (${Array.isArray(value) ? "list" : typeof value})`;
}

function isSecret(path: readonly PropertyKey[]): boolean {
  return path[0] === "anthropicApiKey";
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined),
    input,
  );
}

function writePath(path: readonly PropertyKey[]): string {
  const steps = path.map((step, index) =>
    typeof step === "number" ? `[${step}]` : index === 0 ? String(step) : `.${String(step)}`,
  );
  return withoutApiKeys(steps.join(""));
}
