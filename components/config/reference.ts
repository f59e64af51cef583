import { z } from "zod";
import { configSchema } from "./schema.ts";

/** One line of the configuration reference. */
export interface ConfigKey {
  /** Path within `Pulumi.<stack>.yaml`, without the project: `coordinator.minReplicas`, `regions[].name`. */
  readonly key: string;
  /** What may stand there, in words. */
  readonly type: string;
  /** JSON of the default, `required`, or an empty text for an optional key without default. */
  readonly default: string;
  readonly description: string;
}

/** The part of JSON Schema that zod writes for this configuration. */
export interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  /** Entries of a record, which stand under names of the user's choice; `false` where other keys are refused. */
  readonly additionalProperties?: SchemaNode | false;
  readonly propertyNames?: SchemaNode;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly default?: unknown;
  readonly description?: string;
  /** Our own annotations, see `fields.ts`. */
  readonly allowed?: string;
  readonly fix?: string;
  /** What to do with keys that are looked for here and stand in another place, by key. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

let cachedRoot: SchemaNode | undefined;

function rootNode(): SchemaNode {
  cachedRoot ??= z.toJSONSchema(configSchema, { io: "input" }) as SchemaNode;
  return cachedRoot;
}

/** Every key of the configuration, in the order of the schema, for the generated reference. */
export function describeConfig(): ConfigKey[] {
  return describeChildren("", rootNode());
}

/** The annotations of the schema at a path, or undefined where the schema has nothing. */
export function nodeAt(path: readonly PropertyKey[]): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>(
    (node, step) => (node === undefined ? undefined : childOf(node, step)),
    rootNode(),
  );
}

function childOf(node: SchemaNode, step: PropertyKey): SchemaNode | undefined {
  if (typeof step === "number") return node.items;
  return node.properties?.[String(step)] ?? entryOf(node);
}

/** What stands under each name of a record. */
function entryOf({ additionalProperties }: SchemaNode): SchemaNode | undefined {
  return additionalProperties === false ? undefined : additionalProperties;
}

/** The keys that may stand at a path. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  return Object.keys(nodeAt(path)?.properties ?? {});
}

/** What may stand at a place of the configuration, in words. */
export function allowedIn(node: SchemaNode): string {
  if (node.allowed !== undefined) return node.allowed;
  if (node.enum !== undefined) return `one of ${node.enum.join(", ")}`;
  switch (node.type) {
    case "integer":
      return `a whole number${boundsOf(node)}`;
    case "number":
      return `a number${boundsOf(node)}`;
    case "array":
      return `a list of ${node.minItems ?? 0} to ${node.maxItems ?? "any number of"} entries`;
    case "object":
      return allowedInObject(node);
    case "string":
      return allowedInText(node);
    default:
      return node.type ?? "anything";
  }
}

function boundsOf({ type, minimum, exclusiveMinimum, maximum }: SchemaNode): string {
  const isWhole = type === "integer" && exclusiveMinimum !== undefined;
  const least = isWhole ? exclusiveMinimum + 1 : minimum;
  if (least !== undefined && maximum !== undefined) return ` from ${least} to ${maximum}`;
  const bounds = [
    least === undefined ? [] : `at least ${least}`,
    least !== undefined || exclusiveMinimum === undefined ? [] : `above ${exclusiveMinimum}`,
    maximum === undefined ? [] : `at most ${maximum}`,
  ].flat();
  return bounds.length === 0 ? "" : ` ${bounds.join(", ")}`;
}

function allowedInObject(node: SchemaNode): string {
  const entry = entryOf(node);
  if (entry === undefined) return `keys ${Object.keys(node.properties ?? {}).join(", ")}`;
  const rule = node.propertyNames?.allowed;
  return `entries by name${rule === undefined ? "" : ` (${rule})`}, each: ${allowedIn(entry)}`;
}

function allowedInText({ format, minLength = 0 }: SchemaNode): string {
  if (format === "uri") return "a URL";
  return minLength > 0 ? "text that is not empty" : "text";
}

function describeChildren(prefix: string, parent: SchemaNode): ConfigKey[] {
  return Object.entries(parent.properties ?? {}).flatMap(([name, node]) => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const isRequired = parent.required?.includes(name) ?? false;
    return describeKey(key, node, isRequired);
  });
}

function describeKey(key: string, node: SchemaNode, isRequired: boolean): ConfigKey[] {
  const own = {
    key,
    type: allowedIn(node),
    default: isRequired ? "required" : node.default === undefined ? "" : JSON.stringify(node.default),
    description: node.description ?? "",
  };
  return [own, ...describeBelow(key, node)];
}

function describeBelow(key: string, node: SchemaNode): ConfigKey[] {
  const entry = entryOf(node);
  if (entry !== undefined) return describeChildren(`${key}.<name>`, entry);
  return describeChildren(node.items === undefined ? key : `${key}[]`, node.items ?? node);
}

const PREFIX = "claude-agents:";

/** The one value that is kept encrypted in the file. */
const SECRET_KEY = "anthropicApiKey";

/** Keys that may be missing from a file: `up` passes the image of the embedded environment. */
const PASSED_BY_COMMANDS = ["image"];

/** Annotations of ours, which editors do not know. */
const OWN_ANNOTATIONS = new Set(["allowed", "fix", "elsewhere"]);

/** JSON Schema of a `Pulumi.<stack>.yaml`, for editors. Checks across several keys are made in previews alone. */
export function stackFileSchema(): object {
  const { properties = {}, required = [] } = rootNode();
  const keys = Object.entries(properties).map(([key, node]) => [PREFIX + key, withoutAnnotations(node)]);
  const encrypted = { type: "object", properties: { secure: { type: "string" } }, required: ["secure"] };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Stack file of the Claude agent platform",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: { ...Object.fromEntries(keys), [`${PREFIX}${SECRET_KEY}`]: encrypted },
        required: required.filter((key) => !PASSED_BY_COMMANDS.includes(key)).map((key) => PREFIX + key),
        patternProperties: { [`^(?!${PREFIX})`]: {} },
        additionalProperties: false,
      },
    },
  };
}

function withoutAnnotations(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAnnotations);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !OWN_ANNOTATIONS.has(key));
  return Object.fromEntries(entries.map(([key, child]) => [key, withoutAnnotations(child)]));
}
