import type { Field } from "../manifests/field.ts";
import { type Container, containersOf } from "../manifests/pod-templates.ts";
import type { Placed, Stack } from "../manifests/stack.ts";

/** The containers that read a file of a ConfigMap or Secret. */
export interface FileUsers {
  readonly containers: readonly { readonly placed: Placed; readonly container: Container }[];
  /** Names without which nobody can say whether there are others. */
  readonly unknown: readonly Field[];
}

/**
 * Who mounts the object, in its namespace and region. Where some name the file in their command, those read it; else all do.
 */
export function usersOf(stack: Stack, configuration: Placed, file: string): FileUsers {
  const candidates = stack
    .beside(configuration)
    .flatMap((placed) => containersOf(placed.manifest).map((container) => ({ placed, container })));
  const ties = candidates.map((candidate) => ({ candidate, tie: tieOf(candidate.container, configuration) }));
  const mounting = ties.flatMap(({ candidate, tie }) => (tie === true ? [candidate] : []));
  const naming = mounting.filter(({ container }) => names(container, file));
  return {
    containers: naming.length > 0 ? naming : mounting,
    unknown: ties.flatMap(({ tie }) => (typeof tie === "boolean" ? [] : [tie])),
  };
}

/** Whether something is so, or the value without which nobody can say. */
type Answer = boolean | Field;

/** A volume shows the object, and the container mounts that volume. */
function tieOf({ field, pod }: Container, { manifest }: Placed): Answer {
  const mounts = field.at("volumeMounts").items();
  const name = manifest.root.at("metadata", "name");
  const ties = pod
    .at("volumes")
    .items()
    .map((volume) => {
      const isShown = either(sourcesOf(volume, manifest.kind).map((source) => isSame(source, name)));
      const isMounted = either(mounts.map((mount) => isSame(mount.at("name"), volume.at("name"))));
      return isShown === true || isMounted === false ? isMounted : isShown;
    });
  return either(ties);
}

function either(answers: readonly Answer[]): Answer {
  return answers.includes(true) || (answers.find((answer) => answer !== false) ?? false);
}

function isSame(one: Field, other: Field): Answer {
  return [one, other].find(({ unknown }) => unknown) ?? one.value === other.value;
}

/** Names of the objects of a kind that a volume shows, by itself or among others. */
function sourcesOf(volume: Field, kind: string): Field[] {
  const [source, name] =
    kind === "Secret" ? (["secret", "secretName"] as const) : (["configMap", "name"] as const);
  const projected = volume
    .at("projected", "sources")
    .items()
    .map((part) => part.at(source, "name"));
  return [volume.at(source, name), ...projected].filter((field) => !field.missing);
}

function names({ field }: Container, file: string): boolean {
  return [...field.at("command").items(), ...field.at("args").items()].some(({ text }) =>
    text?.includes(file),
  );
}
