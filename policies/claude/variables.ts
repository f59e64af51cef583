import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { containersOf, WORKLOAD_KINDS } from "../manifests/pod-templates.ts";
import { mappingOf } from "./gateway-file.ts";

/** A variable of the environment, as a container or a ConfigMap states it. */
export interface Variable {
  readonly name: string;
  /** Its literal value, which is missing where it comes from elsewhere. */
  readonly value: Field;
  /** `valueFrom` of a container. */
  readonly source?: Field;
}

/** Kinds of objects that state variables. Those of Secrets are nobody's to read. */
export const VARIABLE_KINDS: readonly string[] = ["ConfigMap", ...WORKLOAD_KINDS];

/** The variables of these names that an object states, and what has to be known before it can be told which. */
export function variablesOf(
  manifest: Manifest,
  isWanted: (name: string) => boolean,
): { variables: Variable[]; unknown: Field[] } {
  const all = manifest.kind === "ConfigMap" ? ofConfigMap(manifest, isWanted) : ofContainers(manifest);
  const stated = all.filter(({ name }) => typeof name !== "string" || isWanted(name));
  return {
    variables: stated.flatMap(({ name, value, source }) =>
      typeof name === "string" ? [{ name, value, ...(source === undefined ? {} : { source }) }] : [],
    ),
    unknown: stated.flatMap(({ name }) => (typeof name === "string" ? [] : [name])),
  };
}

/** The name is a field where it is not known yet. */
interface Stated {
  readonly name: string | Field;
  readonly value: Field;
  readonly source?: Field;
}

/** Of a large ConfigMap only the keys are read that matter. */
function ofConfigMap({ root }: Manifest, isWanted: (name: string) => boolean): Stated[] {
  const data = root.at("data");
  if (data.unknown) return [{ name: data, value: data }];
  if (!data.composite || Array.isArray(data.value))
    return mappingOf(data).map(([name, value]) => ({ name, value }));
  return Object.keys(Object(data.value))
    .filter(isWanted)
    .map((name) => ({ name, value: data.at(name) }));
}

function ofContainers(manifest: Manifest): Stated[] {
  return containersOf(manifest)
    .flatMap(({ field }) => field.at("env").items())
    .map((variable) => {
      const name = variable.at("name");
      return {
        name: name.unknown ? name : (name.text ?? ""),
        value: variable.at("value"),
        source: variable.at("valueFrom"),
      };
    });
}
