import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import type { PolicyFacts } from "../pack/facts.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import type { Policy } from "../pack/policy.ts";
import { gatewayFilesOf, mappingOf } from "./gateway-file.ts";
import { VARIABLE_KINDS, type Variable, variablesOf } from "./variables.ts";

/** What a model is named for. */
export type Use =
  /** Clients may ask for it, and a chain says what answers in its place. */
  | "chain"
  /** It answers in the place of another. */
  | "fallback"
  /** A variable of the environment chooses it. */
  | "variable"
  /** A rule of Cedar allows or forbids it. */
  | "rule";

/** A model and where it is named. */
export interface NamedModel {
  readonly name: string;
  readonly use: Use;
  readonly field: Field;
}

/** Names of variables that choose a model. */
const MODEL = /(?:^|_)MODEL$/;
const OF_CLAUDE = /^(?:ANTHROPIC|CLAUDE)_/;

/** Names of files with rules. */
const CEDAR = /\.cedar$/;

/** A preventive policy over each model that is named anywhere. */
export interface ModelPolicyDefinition<Config extends object> extends PolicyFacts<Config> {
  readonly uses: readonly Use[];
  readonly judge: (model: NamedModel, config: Config) => Iterable<Finding>;
}

/** Makes a policy that finds the names of models by itself. */
export function modelPolicy<Config extends object>({
  uses,
  judge,
  ...facts
}: ModelPolicyDefinition<Config>): Policy {
  return objectPolicy<Config>({
    ...facts,
    kinds: VARIABLE_KINDS,
    judge: (manifest, config) => {
      const { models, findings } = namedModelsOf(manifest, uses);
      return [...findings, ...models.flatMap((model) => [...judge(model, config)])];
    },
  });
}

/** A place where a model is to be named, whatever stands there. */
type Place = Omit<NamedModel, "name"> & { readonly name: string | undefined };

/** The models that an object names for these uses, and what stands in the way of reading the others. */
function namedModelsOf(
  manifest: Manifest,
  uses: readonly Use[],
): { models: NamedModel[]; findings: Finding[] } {
  const { variables, unknown } = variablesOf(manifest, (name) => MODEL.test(name));
  const files = gatewayFilesOf(manifest);
  const places = [
    ...files.flatMap((file) => (file.type === "read" ? inChains(file.rules.at("fallbacks")) : [])),
    ...variables.flatMap(inVariable),
    ...inRules(manifest),
  ].filter(({ use }) => uses.includes(use));
  return {
    models: places.flatMap(({ name, ...place }) => (name === undefined ? [] : [{ ...place, name }])),
    findings: [
      ...unknown.map(undecided),
      ...files.flatMap((file) => (file.type === "read" ? [] : [file.finding])),
      ...places.flatMap(({ name, field }) => (name === undefined ? [nameless(field)] : [])),
    ],
  };
}

function inChains(fallbacks: Field): Place[] {
  return mappingOf(fallbacks).flatMap(([name, chain]): Place[] => [
    { name, use: "chain", field: chain },
    ...chain.items().map((field) => placeOf(field, "fallback")),
  ]);
}

/** `ANTHROPIC_MODEL` and the like; other variables only where they name a Claude, as there are models of others. */
function inVariable({ name, value }: Variable): Place[] {
  if (value.missing || value.text === "") return [];
  const isOfClaude = value.unknown !== undefined || value.text?.startsWith("claude") === true;
  return OF_CLAUDE.test(name) || isOfClaude ? [placeOf(value, "variable")] : [];
}

/** Rules stand beside `gateway.yaml`. A name that nobody bears makes a rule that never holds. */
function inRules(manifest: Manifest): Place[] {
  if (manifest.kind !== "ConfigMap") return [];
  return variablesOf(manifest, (name) => CEDAR.test(name)).variables.flatMap(({ value }): Place[] => {
    if (value.text === undefined) return [placeOf(value, "rule")];
    const names = [...value.text.matchAll(/\bModel::"([^"\n]*)"/g)].map(([, model = ""]) => model);
    return [...new Set(names)].map((model) => ({ name: model, use: "rule", field: value }));
  });
}

function placeOf(field: Field, use: Use): Place {
  return { use, field, name: field.text };
}

function nameless(field: Field): Finding {
  if (field.unknown) return undecided(field);
  return violation(
    field,
    `it is ${JSON.stringify(field.value)}, where the name of a model has to stand.`,
    'Write the id of a model as text, for example "claude-sonnet-5-5".',
  );
}
