import { readFile } from "node:fs/promises";
import { z } from "zod";
import { nearest } from "../../components/config/nearest.ts";
import { policyConfigSchema, resolveSchema } from "../../policies/config/schema.ts";
import { describeAllowed } from "../../policies/documentation/facts.ts";
import type { NotChecked } from "../../policies/pack/not-checked.ts";
import type { Policy } from "../../policies/pack/policy.ts";

type ConfiguredLevel = "advisory" | "mandatory" | "remediate" | "disabled";

/** What a configuration file says about one policy; parameters stand beside these keys. */
export interface PolicySettings {
  readonly enforcementLevel?: ConfiguredLevel;
  readonly notChecked?: readonly NotChecked[];
  readonly [parameter: string]: unknown;
}

/** By name of the policy. */
export type PolicyConfig = Readonly<Record<string, PolicySettings>>;

type ConfigSchema = ReturnType<typeof policyConfigSchema>;
type NodeSchema = Parameters<typeof describeAllowed>[0];

/**
 * Reads a configuration of the pack.
 *
 * @throws Error with every fault: where it is, the value, what is allowed, the fix
 */
export async function readPolicyConfig(file: string, policies: readonly Policy[]): Promise<PolicyConfig> {
  const text = await readFile(file, "utf8").catch((cause) => {
    throw new Error(
      `The policies' configuration ${file} cannot be read: ${cause.message}. Name a readable file, or leave --config ` +
        "out for the one of the stack's environment.",
    );
  });
  const schema = policyConfigSchema(policies);
  const content = parseJson(text, file);
  // As the file that editors read has it; the two libraries' types of a schema do not know each other.
  const result = z.fromJSONSchema(JSON.parse(JSON.stringify(schema))).safeParse(content);
  // Without what the schema adds: a report tells what was configured from what is a default.
  if (result.success) return content as PolicyConfig;
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, schema, content));
  throw new Error(
    `${file} is no configuration of the policies:\n${faults.map((fault) => `- ${fault}`).join("\n")}`,
  );
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is no JSON: ${String(cause).replace("SyntaxError: ", "")}`, { cause });
  }
}

function faultsOf(issue: z.core.$ZodIssue, schema: ConfigSchema, content: unknown): string[] {
  const { path } = issue;
  if (issue.code !== "unrecognized_keys") return [faultOfValue(path, schema, content)];
  return issue.keys.map((key) => faultOfKey([...path, key], schema));
}

function faultOfKey(path: readonly PropertyKey[], schema: ConfigSchema): string {
  const key = String(path.at(-1));
  const known = Object.keys(propertiesAt(path.slice(0, -1), schema));
  const meant = nearest(key, known);
  const fix = meant === undefined ? "Remove it." : `Write ${meant}, or remove it.`;
  if (path.length > 1) return `${at(path)} does not exist; allowed here are ${known.join(", ")}. ${fix}`;
  return `${at(path)} is no policy; allowed are the names that \`npm run policy:explain\` lists. ${fix}`;
}

function faultOfValue(path: readonly PropertyKey[], schema: ConfigSchema, content: unknown): string {
  const place = path.length === 0 ? "it" : at(path);
  const value = valueAt(path, content);
  const got = value === undefined ? "is missing" : `is ${shorten(JSON.stringify(value))}`;
  const node = nodeAt(path, schema);
  const allowed = describeAllowed(node);
  // What the values of a list mean, or why one of them is not among them.
  const meaning = node.enum === undefined ? "" : `${node.description} `;
  const hasDefault = node.default !== undefined;
  const fix = hasDefault
    ? `Correct it, or remove it: its default is ${JSON.stringify(node.default)}.`
    : "Correct it.";
  return `${place} ${got}; allowed is ${allowed}. ${meaning}${value === undefined ? "Add it." : fix}`;
}

function propertiesAt(path: readonly PropertyKey[], schema: ConfigSchema): object {
  return nodeAt(path, schema).properties ?? {};
}

/** The schema of what stands at a path: of policies by name, of their settings, of the items of a list. */
function nodeAt(path: readonly PropertyKey[], schema: ConfigSchema): NodeSchema {
  let node: NodeSchema = schema as NodeSchema;
  for (const step of path) {
    const { properties, items } = node;
    const next = typeof step === "number" && !Array.isArray(items) ? items : properties?.[String(step)];
    node = typeof next === "object" ? resolveSchema(next, schema) : {};
  }
  return node;
}

function valueAt(path: readonly PropertyKey[], content: unknown): unknown {
  return path.reduce<unknown>(
    (value, step) => Object.entries(Object(value)).find(([key]) => key === String(step))?.[1],
    content,
  );
}

/** Such as `workload-require-replicas.notChecked[0].path`. */
function at(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`,
    )
    .join("");
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
