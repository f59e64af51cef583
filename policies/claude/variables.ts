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
export function variablesOf(manifest: Manifest, isWanted: (name: string) => boolean): Stated {
  const { variables, unknown } =
    manifest.kind === "ConfigMap" ? ofConfigMap(manifest) : ofContainers(manifest);
  return { variables: variables.filter(({ name }) => isWanted(name)), unknown };
}

interface Stated {
  readonly variables: Variable[];
  readonly unknown: Field[];
}

function ofConfigMap({ root }: Manifest): Stated {
  const data = root.at("data");
  if (data.unknown) return { variables: [], unknown: [data] };
  return { variables: mappingOf(data).map(([name, value]) => ({ name, value })), unknown: [] };
}

function ofContainers(manifest: Manifest): Stated {
  const variables = containersOf(manifest).flatMap(({ field }) => field.at("env").items());
  return {
    variables: variables.map((variable) => ({
      name: variable.at("name").text ?? "",
      value: variable.at("value"),
      source: variable.at("valueFrom"),
    })),
    unknown: variables.map((variable) => variable.at("name")).filter((name) => name.unknown),
  };
}
