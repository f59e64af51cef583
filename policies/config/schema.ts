import type { PolicyConfigSchema } from "@pulumi/policy";
import { NOT_CHECKED_PARAMETER } from "../pack/not-checked.ts";
import type { Policy } from "../pack/policy.ts";

type Properties = PolicyConfigSchema["properties"];

/** A schema that stands among the definitions, because every policy has it. */
interface Reference {
  readonly $ref: string;
}

/** JSON Schema of one policy's entry in a configuration file. */
export interface PolicyEntrySchema {
  readonly type: "object";
  readonly description: string;
  readonly properties: Readonly<Record<string, Properties[string] | Reference>>;
  readonly additionalProperties: false;
}

/** JSON Schema of a configuration file. */
export interface PolicyConfigFileSchema {
  readonly $schema: "http://json-schema.org/draft-07/schema#";
  readonly title: string;
  readonly description: string;
  readonly type: "object";
  readonly properties: Readonly<Record<string, PolicyEntrySchema>>;
  readonly additionalProperties: false;
  readonly definitions: Properties;
}

const DEFINITIONS = "#/definitions/";

/**
 * What a configuration of the pack may hold. It is stricter than the engine, which passes over policies and settings that
 * do not exist: a slip of the fingers would leave a policy as it was, unnoticed.
 */
export function policyConfigSchema(policies: readonly Policy[]): PolicyConfigFileSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of the policy pack",
    description: "By name of the policy; what is left out has its default.",
    type: "object",
    properties: Object.fromEntries(policies.map((policy) => [policy.name, entrySchema(policy)])),
    additionalProperties: false,
    definitions: NOT_CHECKED_PARAMETER,
  };
}

/** The schema itself, where it stands among the definitions. */
export function resolveSchema(
  schema: Properties[string] | Reference,
  { definitions }: PolicyConfigFileSchema,
): Properties[string] {
  return "$ref" in schema ? (definitions[schema.$ref.slice(DEFINITIONS.length)] ?? {}) : schema;
}

function entrySchema(policy: Policy): PolicyEntrySchema {
  const { description, parameters } = policy;
  return {
    type: "object",
    description,
    properties: {
      enforcementLevel: levelSchema(policy),
      ...parameters,
      ...Object.fromEntries(
        Object.keys(NOT_CHECKED_PARAMETER).map((name) => [name, { $ref: `${DEFINITIONS}${name}` }]),
      ),
    },
    additionalProperties: false,
  };
}

/** How strict a configuration may have a policy be. */
export function levelsOf({
  remediates,
  neverDisabled,
}: Pick<Policy, "remediates" | "neverDisabled">): string[] {
  return [
    "advisory",
    "mandatory",
    ...(remediates ? ["remediate"] : []),
    ...(neverDisabled === undefined ? ["disabled"] : []),
  ];
}

function levelSchema(policy: Policy): Properties[string] {
  const { enforcement = "mandatory", remediates, neverDisabled } = policy;
  return {
    enum: levelsOf(policy),
    default: enforcement,
    description:
      "`mandatory` fails a preview, `advisory` only reports" +
      (neverDisabled === undefined ? ", `disabled` does not look" : "") +
      (remediates ? ", `remediate` repairs the object." : ".") +
      (neverDisabled === undefined ? "" : ` It cannot be disabled: ${neverDisabled}`),
  };
}
