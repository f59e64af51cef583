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

function tieOf({ field, pod }: Container, { manifest }: Placed): boolean | Field {
  const mounted = field
    .at("volumeMounts")
    .items()
    .map((mount) => mount.at("name").text);
  const sources = pod
    .at("volumes")
    .items()
    .filter((volume) => mounted.includes(volume.at("name").text))
    .flatMap((volume) => sourcesOf(volume, manifest.kind));
  const name = manifest.root.at("metadata", "name");
  if (sources.some(({ text }) => text !== undefined && text === name.text)) return true;
  if (sources.length > 0 && name.unknown) return name;
  return sources.find((source) => source.unknown) ?? false;
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
