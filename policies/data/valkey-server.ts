import type { Field } from "../manifests/field.ts";
import type { Container } from "../manifests/pod-templates.ts";
import { callOf, changesOf, startsOfChanges, wordsOf } from "./valkey-directives.ts";
import { flagsOf, settingsOfBitnami } from "./valkey-environment.ts";

const PROGRAM = /(?:^|\/)(?:redis|valkey)-(?:server|sentinel)$/;
const IMAGE = /(?:^|\/)(?:redis|valkey|redis-stack-server|keydb)(?:[:@][^/]*)?$/;
/** Its images start the server by a script that reads its settings from variables. */
const OWN_ENTRYPOINT = /(?:^|\/)bitnami/;

/** What a container hands to a server of Valkey or Redis. */
export interface ServerCall {
  readonly words: readonly string[];
  /** Arguments that a preview cannot know. */
  readonly unknown: readonly Field[];
  /** Whether a script adds settings of its own. */
  readonly isPartial?: true;
}

/** How a container starts a server; undefined where it starts none, or does so by a script in a file. */
export function serverCallOf(container: Container): ServerCall | undefined {
  const { field } = container;
  const call = commandOf(field) ?? entrypointOf(field);
  if (call === undefined || !isImage(field)) return call;
  const flags = flagsOf(field);
  return { ...call, words: [...call.words, ...flags.words], unknown: [...call.unknown, ...flags.unknown] };
}

/** A call of the server among the words of the container. */
function commandOf(container: Field): ServerCall | undefined {
  const parts = partsOf(container);
  const words = parts.flatMap(wordsOfPart);
  const program = words.find((word) => PROGRAM.test(word));
  if (program === undefined) return undefined;
  const call = callOf(words.slice(words.indexOf(program) + 1));
  const unknown = parts.filter((part) => part.unknown);
  return { words: program.endsWith("sentinel") ? ["--sentinel", ...call] : call, unknown };
}

/** The script of the image calls it, or a command that is not known yet may. */
function entrypointOf(container: Field): ServerCall | undefined {
  if (!isImage(container)) return undefined;
  if (container.at("command").items().length === 0 && OWN_ENTRYPOINT.test(container.at("image").text ?? "")) {
    return { ...settingsOfBitnami(container), isPartial: true };
  }
  const parts = partsOf(container);
  const words = parts.flatMap(wordsOfPart);
  return startsServer(words) ? { words, unknown: parts.filter((part) => part.unknown) } : undefined;
}

/** What is changed in a server that runs. */
export interface ServerChanges {
  /** Lines of its configuration. */
  readonly lines: readonly string[][];
  /** Arguments of the commands that a preview cannot know. */
  readonly unknown: readonly Field[];
}

/** What the commands of a container, of its hooks and of its probes change. */
export function changesIn({ field }: Container): ServerChanges {
  const hooks = ["postStart", "preStop"].map((hook) => field.at("lifecycle", hook));
  const probes = ["startupProbe", "livenessProbe", "readinessProbe"].map((probe) => field.at(probe));
  const commands = [...hooks, ...probes].map((action) => action.at("exec", "command").items());
  const changes = [partsOf(field), ...commands].map(changesOfCommand);
  return {
    lines: changes.flatMap(({ lines }) => lines),
    unknown: changes.flatMap(({ unknown }) => unknown),
  };
}

function changesOfCommand(parts: readonly Field[]): ServerChanges {
  const words = parts.flatMap(({ text }) => {
    if (text === undefined) return [];
    return /\s/.test(text) ? wordsOfShell(text) : [text];
  });
  const unknown = startsOfChanges(words).length === 0 ? [] : parts.filter((part) => part.unknown);
  return { lines: changesOf(words), unknown };
}

/** Whether a container runs a server by its image or its command, be it through a script. */
export function isServer(container: Container): boolean {
  return (
    serverCallOf(container) !== undefined ||
    (isImage(container.field) &&
      !partsOf(container.field).some(({ text = "" }) => /-cli\b|sentinel/.test(text)))
  );
}

/** The image's own script starts the server where it is given flags, a configuration or nothing. */
function startsServer([first]: readonly string[]): boolean {
  return first === undefined || first.startsWith("-") || first.endsWith(".conf");
}

function partsOf(container: Field): Field[] {
  return [...container.at("command").items(), ...container.at("args").items()];
}

function isImage(container: Field): boolean {
  return IMAGE.test(container.at("image").text ?? "");
}

/** A command for a shell stands in one argument; every other argument is one word, blanks included. */
function wordsOfPart({ text }: Field): string[] {
  if (text === undefined) return [];
  return /(?:redis|valkey)-(?:server|sentinel)(?:[\s;|&]|$)/.test(text) ? wordsOfShell(text) : [text];
}

function wordsOfShell(text: string): string[] {
  return wordsOf(text.replaceAll("\\\n", " ").replace(/[;|&\n]/g, " ; "));
}
