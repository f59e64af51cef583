import type { EnforcementLevel, PolicyConfigSchema, Severity } from "@pulumi/policy";
import type { Control } from "./frameworks.ts";

type ParameterSchema = PolicyConfigSchema["properties"][string];

/** The settings of a policy as JSON Schema, each with the value that holds where the configuration says nothing. */
export type Parameters<Config extends object> = {
  readonly [Name in keyof Config]: ParameterSchema & {
    readonly description: string;
    readonly default: Config[Name];
  };
};

/**
 * One thing that a policy allows or refuses, small enough to be read in the policy's documentation. It is also a test:
 * what is laid over a container or a pod is tried in every list of containers and every kind of workload.
 */
export type Example =
  /** Laid over a container that keeps every policy; null takes a value away. */
  | { readonly what: string; readonly container: object }
  /** Laid over the spec of a pod that keeps every policy; null takes a value away. */
  | { readonly what: string; readonly pod: object }
  /** Kubernetes objects of one region, as they are. */
  | { readonly what: string; readonly objects: readonly object[] }
  /** Resources of a cloud, by the type of Pulumi. */
  | {
      readonly what: string;
      readonly cloud: readonly { readonly type: string; readonly properties: object }[];
    };

/** What is said about a policy, in its documentation, in reports and to the engine. */
export interface PolicyFacts<Config extends object = Record<never, never>> {
  /** Equal to the file's name: `<kind>-<verb>-<what>`, the verb being require, disallow or limit. */
  readonly name: string;
  /** The rule in one sentence; it heads every message. */
  readonly description: string;
  /** How bad a violation is: it orders reports and decides the level in code scanning. */
  readonly severity: Severity;
  /** Where the policy's configuration says nothing. Default `mandatory`. */
  readonly enforcement?: EnforcementLevel;
  /** Why no configuration may switch it off, in a sentence. Default: one may. */
  readonly neverDisabled?: string;
  /** Controls of published standards that the policy carries out. */
  readonly controls: readonly Control[];
  /** What goes wrong without it, in a sentence or two. */
  readonly reason: string;
  /** What to write instead. */
  readonly remedy: string;
  readonly parameters: Parameters<Config>;
  readonly examples: { readonly pass: readonly Example[]; readonly fail: readonly Example[] };
}

/** The value of every setting: the configuration's, or else its default. */
export function settingsOf<Config extends object>(
  { parameters }: PolicyFacts<Config>,
  configured: Partial<Config>,
): Config {
  return { ...defaultsOf(parameters), ...configured };
}

/** Put together once for each policy, which asks for them for every resource. */
const DEFAULTS = new WeakMap<object, object>();

function defaultsOf<Config extends object>(parameters: Parameters<Config>): Config {
  const known = DEFAULTS.get(parameters);
  if (known !== undefined) return known as Config;
  const entries = Object.entries<ParameterSchema>(parameters).map(([name, schema]) => [name, schema.default]);
  const defaults = Object.fromEntries(entries) as Config;
  DEFAULTS.set(parameters, defaults);
  return defaults;
}
