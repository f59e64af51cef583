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
interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly description?: string;
  /** Our own annotations, see `fields.ts`. */
  readonly allowed?: string;
  readonly fix?: string;
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
    (node, step) => (typeof step === "number" ? node?.items : node?.properties?.[String(step)]),
    rootNode(),
  );
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
      return `keys ${Object.keys(node.properties ?? {}).join(", ")}`;
    default:
      return node.type === "string" ? "text" : (node.type ?? "anything");
  }
}

function boundsOf({ minimum, exclusiveMinimum, maximum }: SchemaNode): string {
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}, at most ${maximum}`;
  return ` from ${minimum} to ${maximum}`;
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
  const children = describeChildren(node.items === undefined ? key : `${key}[]`, node.items ?? node);
  return [own, ...children];
}
