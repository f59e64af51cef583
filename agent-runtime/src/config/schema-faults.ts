import { z } from "zod";
import { type ConfigFault, showValue } from "./config-error.ts";

type Issue = z.core.$ZodIssue;

/** What zod says before and after the allowed value. */
const EXPECTED = /^[^:]+: expected (.+?)(?:, received .+)?$/;

/**
 * What a schema found wrong, in the form of a configuration's faults: one for each unknown key, with the known ones.
 *
 * @param schema the one that the issues come from, parsed with `reportInput`.
 */
export function faultsOfIssues(file: string, issues: readonly Issue[], schema: z.ZodType): ConfigFault[] {
  return issues.flatMap((issue) => {
    const path = `${file}: ${issue.path.length === 0 ? "(whole file)" : issue.path.join(".")}`;
    if (issue.code !== "unrecognized_keys") {
      return [{ path, got: showValue(issue.input), allowed: allowedBy(issue) }];
    }
    const known = keysAt(schema, issue.path).join(", ");
    return issue.keys.map((key) => ({
      path: `${file}: ${[...issue.path, key].join(".")}`,
      allowed: `there is no such key here; there are: ${known}`,
    }));
  });
}

function allowedBy(issue: Issue): string {
  const [inner] = issue.code === "invalid_key" ? issue.issues : [];
  const { message } = inner ?? issue;
  return EXPECTED.exec(message)?.[1] ?? message;
}

function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const inner = withoutDefault(schema);
  const [step, ...rest] = path;
  if (step === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  const next = childAt(inner, step);
  return next === undefined ? [] : keysAt(next, rest);
}

function childAt(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(step)];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return undefined;
}

function withoutDefault(schema: z.core.$ZodType): z.core.$ZodType {
  const isWrapped =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional;
  return isWrapped ? withoutDefault(schema.unwrap()) : schema;
}
