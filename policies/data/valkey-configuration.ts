import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Container, containersOf, WORKLOAD_KINDS } from "../manifests/pod-templates.ts";
import { type Finding, undecided } from "../pack/finding.ts";
import { filesOf } from "./object-files.ts";
import {
  type Directives,
  directivesOfArguments,
  directivesOfLines,
  directivesOfText,
  wordsOf,
} from "./valkey-directives.ts";
import { holdsFlags } from "./valkey-environment.ts";
import { changesIn, type ServerCall, type ServerChanges, serverCallOf } from "./valkey-server.ts";

/** Kinds of objects in which a configuration of Valkey can stand. */
export const CONFIGURATION_KINDS: readonly string[] = [...WORKLOAD_KINDS, "ConfigMap", "Secret"];

/** The configuration of a server of Valkey or Redis, in a file or among the arguments of a container. */
export interface ValkeyConfiguration {
  readonly field: Field;
  readonly directives: Directives;
  readonly isSentinel: boolean;
  /** Whether the default of the server holds for what it leaves out; else a file beside it may state that. */
  readonly isWhole: boolean;
  /** Name of its file, or the container that has it among its arguments. */
  readonly origin: { readonly file: string } | { readonly container: Container };
}

type Change = ServerChanges & { readonly container: Container };

export interface ValkeyContent {
  readonly configurations: readonly ValkeyConfiguration[];
  /** Values that a preview cannot know, and that hold or change a configuration. */
  readonly unknown: readonly Field[];
}

/** Every configuration in an object: in the files of a ConfigMap or Secret, and in the arguments of containers. */
export function valkeyContentOf(manifest: Manifest): ValkeyContent {
  const containers = containersOf(manifest);
  const calls = containers.flatMap((container) => {
    const call = serverCallOf(container);
    return call === undefined ? [] : [{ container, call }];
  });
  const changes = containers.map((container) => ({ container, ...changesIn(container) }));
  const files = filesOf(manifest);
  return {
    configurations: [
      ...calls.map(({ container, call }) => configurationOfCall(container, call)),
      ...changes.map(configurationOfChanges),
      ...files.flatMap(({ name, field, text }) => configurationOfFile(name, field, text)),
    ],
    unknown: [
      ...containers.map(({ field }) => field).filter((field) => field.unknown),
      ...calls.flatMap(({ call }) => call.unknown),
      ...changes.flatMap(({ unknown }) => unknown),
      ...files.flatMap(({ name, field }) => (mayHoldConfiguration(manifest, name, field) ? [field] : [])),
    ],
  };
}

/** Judges every configuration of an object; what a preview cannot know of them stays open. */
export function judgeConfigurations(
  manifest: Manifest,
  judge: (configuration: ValkeyConfiguration) => Iterable<Finding>,
): Finding[] {
  const { configurations, unknown } = valkeyContentOf(manifest);
  return [...configurations.flatMap((configuration) => [...judge(configuration)]), ...unknown.map(undecided)];
}

function configurationOfFile(file: string, field: Field, text: string): ValkeyConfiguration[] {
  const stated = holdsFlags(file)
    ? { directives: directivesOfArguments(wordsOf(text)), isWhole: false }
    : directivesOfText(file, text);
  if (text === "" || stated === undefined) return [];
  const { directives } = stated;
  const isWhole = stated.isWhole && !directives.has("include");
  return [{ field, directives, isSentinel: directives.has("sentinel"), isWhole, origin: { file } }];
}

/** What is changed while the server runs. */
function configurationOfChanges({ container, lines }: Change): ValkeyConfiguration {
  const directives = directivesOfLines(lines);
  return { field: container.field, directives, isSentinel: false, isWhole: false, origin: { container } };
}

function configurationOfCall(container: Container, call: ServerCall): ValkeyConfiguration {
  const { words, unknown, isPartial = false } = call;
  const [first = "--"] = words;
  return {
    field: container.field,
    directives: directivesOfArguments(words),
    isSentinel: words.includes("--sentinel"),
    isWhole: first.startsWith("-") && first !== "-" && unknown.length === 0 && !isPartial,
    origin: { container },
  };
}

/** Of a Secret that is not known as a whole nothing says that it is for Valkey. */
function mayHoldConfiguration({ kind }: Manifest, name: string, field: Field): boolean {
  return (
    field.unknown !== undefined &&
    (name === "" ? kind === "ConfigMap" : /\.(?:conf|acl|sh)$/.test(name) || holdsFlags(name))
  );
}
