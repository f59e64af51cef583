import type { PolicyConfigSchema } from "@pulumi/policy";
import { EXCEPTION_PREFIX, type Exception } from "../pack/exceptions.ts";
import { type Control, FRAMEWORKS } from "../pack/frameworks.ts";

type ParameterSchema = PolicyConfigSchema["properties"][string];

/** Such as `CIS Kubernetes Benchmark 1.10: 5.2.6`. */
export function describeControl({ framework, control }: Control): string {
  const { name, version } = FRAMEWORKS[framework];
  return `${name} ${version}: ${control}`;
}

/** What a parameter may be, such as `a whole number, at least 1`. */
export function describeAllowed(schema: ParameterSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(", ");
  const bounds = [
    schema.minimum === undefined ? undefined : `at least ${schema.minimum}`,
    schema.maximum === undefined ? undefined : `at most ${schema.maximum}`,
    schema.pattern === undefined ? undefined : `of the form ${schema.pattern}`,
    schema.minLength === undefined ? undefined : "not empty",
  ];
  return [typeName(schema), ...bounds.filter((bound) => bound !== undefined)].join(", ");
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  null: "null",
};

function typeName({ type, items }: ParameterSchema): string {
  if (type === undefined) return "any value";
  if (Array.isArray(type)) return type.map((name) => TYPE_NAMES[name] ?? name).join(" or ");
  if (type !== "array") return TYPE_NAMES[type] ?? type;
  if (typeof items !== "object" || Array.isArray(items)) return "a list";
  return items.type === "object"
    ? `a list of objects with ${Object.keys(items.properties ?? {}).join(", ")}`
    : `a list, each ${describeAllowed(items)}`;
}

const EXAMPLE_EXCEPTION: Exception = {
  owner: "<team>",
  reason: "<why the object may break the rule>",
  expires: "<yyyy-mm-dd, the last day>",
};

/** The annotation that takes an object out of a policy. */
export function exceptionAnnotation(policy: string): { name: string; value: string } {
  return { name: `${EXCEPTION_PREFIX}${policy}`, value: JSON.stringify(EXAMPLE_EXCEPTION) };
}
