import { parseDocument } from "yaml";
import { GATEWAY_CONFIG_FILE } from "../../agent-runtime/src/contract.ts";
import { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import type { PolicyFacts } from "../pack/facts.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import type { Policy } from "../pack/policy.ts";

/** The rules of the runtime as a ConfigMap carries them, or why they cannot be read. */
export type GatewayFile =
  /** Paths of its fields begin with that of the file. */
  | { readonly type: "read"; readonly rules: Field }
  | { readonly type: "unreadable"; readonly finding: Finding };

/** A preventive policy over the rules in `gateway.yaml`. */
export interface GatewayPolicyDefinition<Config extends object> extends PolicyFacts<Config> {
  readonly judge: (rules: Field, config: Config) => Iterable<Finding>;
}

/** Makes a policy that finds and reads `gateway.yaml` by itself; one that cannot be read is refused. */
export function gatewayPolicy<Config extends object>({
  judge,
  ...facts
}: GatewayPolicyDefinition<Config>): Policy {
  return objectPolicy<Config>({
    ...facts,
    kinds: ["ConfigMap"],
    judge: (manifest, config) =>
      gatewayFilesOf(manifest).flatMap((file) =>
        file.type === "read" ? [...judge(file.rules, config)] : [file.finding],
      ),
  });
}

/** `gateway.yaml` of a ConfigMap, as a list of one or none. */
export function gatewayFilesOf({ root }: Manifest): GatewayFile[] {
  return (["data", "binaryData"] as const).flatMap((part) => {
    const file = root.at(part).at(GATEWAY_CONFIG_FILE);
    if (file.unknown) return [{ type: "unreadable", finding: undecided(file) }];
    if (file.missing) return [];
    return [read(part, file)];
  });
}

function read(part: "data" | "binaryData", file: Field): GatewayFile {
  if (file.text === undefined) return unreadable(file, "is no text");
  const text = part === "data" ? file.text : Buffer.from(file.text, "base64").toString();
  if (text !== latest.text) latest = { text, ...parse(text) };
  const { value, problem } = latest;
  if (problem !== undefined) return unreadable(file, problem);
  const rules = Field.root({ [part]: { [GATEWAY_CONFIG_FILE]: value } }).at(part, GATEWAY_CONFIG_FILE);
  return { type: "read", rules };
}

interface Parsed {
  readonly value?: unknown;
  readonly problem?: string;
}

/** The engine asks all policies about one object before it comes to the next: all but the first find the file read. */
let latest: Parsed & { readonly text: string } = { text: "" };

function parse(text: string): Parsed {
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) return { problem: `is no YAML: ${problem.message}` };
  try {
    // Nested aliases would unfold to gigabytes: beyond a hundred the parser throws, as it does in the runtime.
    const value: unknown = document.toJS();
    const isMapping = typeof value === "object" && !Array.isArray(value);
    return isMapping ? { value } : { problem: "is no mapping of names to values" };
  } catch (thrown) {
    return { problem: `is no YAML: ${(thrown as Error).message}` };
  }
}

function unreadable(file: Field, problem: string): GatewayFile {
  const reason = `the file ${problem}, so its rules cannot be judged and the runtime would not start.`;
  return { type: "unreadable", finding: violation(file, reason, "Write a mapping in YAML or JSON.") };
}

/**
 * The properties of an object of the file.
 * @throws Error where it is anything else, a list too
 */
export function mappingOf(field: Field): [name: string, field: Field][] {
  if (Array.isArray(field.value)) throw new Error(`${field.path}: expected an object, got a list`);
  return field.entries();
}

/** A ConfigMap with these rules, for examples. */
export function gatewayExample(rules: object): object {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "claude-agent-files", namespace: "ai-agents" },
    data: { [GATEWAY_CONFIG_FILE]: JSON.stringify(rules) },
  };
}
