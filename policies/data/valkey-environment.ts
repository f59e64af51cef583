import type { Field } from "../manifests/field.ts";
import { wordsOf } from "./valkey-directives.ts";

/** Names of variables whose words images add to the arguments of the server. */
const FLAGS = /^(?:REDIS|VALKEY)_(?:ARGS|EXTRA_FLAGS)$/;

/** Settings in variables, as words of a command line. */
export interface StatedWords {
  readonly words: readonly string[];
  /** Values that a preview cannot know. */
  readonly unknown: readonly Field[];
}

/** Whether a variable, or a file of a ConfigMap that becomes one, holds arguments of a server. */
export function holdsFlags(name: string): boolean {
  return FLAGS.test(name);
}

/** The arguments that a container gives its server in variables. */
export function flagsOf(container: Field): StatedWords {
  const values = variablesOf(container).flatMap(({ name, value }) => (holdsFlags(name) ? [value] : []));
  return {
    words: values.flatMap(({ text = "" }) => wordsOf(text)),
    unknown: values.filter(({ unknown }) => unknown),
  };
}

/** What the script of Bitnami's images makes of variables; it keeps a log unless it is told not to. */
export function settingsOfBitnami(container: Field): StatedWords {
  const variables = variablesOf(container);
  const valueAt = (...names: readonly string[]) =>
    variables.findLast(({ name }) => names.includes(name))?.value;
  const [log, empty] = [valueAt("REDIS_AOF_ENABLED", "VALKEY_AOF_ENABLED"), valueAt("ALLOW_EMPTY_PASSWORD")];
  const isOpen =
    /^(?:yes|true|1)$/i.test(empty?.text ?? "") &&
    !variables.some(({ name, value, isElsewhere }) => isPassword(name) && (isElsewhere || value.text !== ""));
  return {
    words: [...["--appendonly", log?.text ?? "yes"], ...(isOpen ? ["--user", "default on nopass"] : [])],
    unknown: [log, empty].flatMap((value) => (value?.unknown ? [value] : [])),
  };
}

function isPassword(name: string): boolean {
  return /^(?:REDIS|VALKEY)_PASSWORD(?:_FILE)?$/.test(name);
}

interface Variable {
  readonly name: string;
  readonly value: Field;
  /** Whether its value stands in another object. */
  readonly isElsewhere: boolean;
}

function variablesOf(container: Field): Variable[] {
  return container
    .at("env")
    .items()
    .map((variable) => ({
      name: variable.at("name").text ?? "",
      value: variable.at("value"),
      isElsewhere: !variable.at("valueFrom").missing,
    }));
}
