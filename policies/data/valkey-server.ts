import type { Field } from "../manifests/field.ts";
import { parseImageReference } from "../manifests/image-reference.ts";
import type { Container } from "../manifests/pod-templates.ts";
import { wordsOf } from "./valkey-directives.ts";

const PROGRAM = /(?:^|\/)(?:redis|valkey)-(?:server|sentinel)$/;
const IMAGE = /(?:^|\/)(?:redis|valkey|redis-stack-server|keydb)$/;
/** Its images start the server by a script that reads its settings from variables. */
const OWN_ENTRYPOINT = /(?:^|\/)bitnami/;

/** What a container hands to a server of Valkey or Redis. */
export interface ServerCall {
  readonly words: readonly string[];
  /** Arguments that a preview cannot know. */
  readonly unknown: readonly Field[];
}

/** How a container starts a server; undefined where it starts none, or does so by a script in a file. */
export function serverCallOf({ field }: Container): ServerCall | undefined {
  const [command, args] = [field.at("command").items(), field.at("args").items()];
  const parts = [...command, ...args];
  const words = parts.flatMap(wordsOfPart);
  const unknown = parts.filter((part) => part.unknown);
  const start = words.findIndex((word) => PROGRAM.test(word));
  if (start >= 0) {
    const call = callOf(words.slice(start + 1));
    return { words: words[start]?.endsWith("sentinel") ? ["--sentinel", ...call] : call, unknown };
  }
  return command.length === 0 && isPlainImage(field) && startsServer(words) ? { words, unknown } : undefined;
}

/** Whether a container runs a server by its image or its command, be it through a script. */
export function isServer(container: Container): boolean {
  if (serverCallOf(container) !== undefined) return true;
  const parts = [...container.field.at("command").items(), ...container.field.at("args").items()];
  return (
    isImage(container.field) && !parts.some(({ text }) => text !== undefined && /-cli\b|sentinel/.test(text))
  );
}

/** The image's own script starts the server where it is given flags, a configuration or nothing. */
function startsServer([first]: readonly string[]): boolean {
  return first === undefined || first.startsWith("-") || first.endsWith(".conf");
}

function isPlainImage(container: Field): boolean {
  return isImage(container) && !OWN_ENTRYPOINT.test(container.at("image").text ?? "");
}

function isImage(container: Field): boolean {
  const image = parseImageReference(container.at("image").text ?? "");
  return image.type !== "malformed" && IMAGE.test(image.repository);
}

/** A command for a shell stands in one argument; every other argument is one word, blanks included. */
function wordsOfPart({ text = "" }: Field): string[] {
  return /(?:redis|valkey)-(?:server|sentinel)(?:\s|$)/.test(text)
    ? wordsOf(text.replaceAll("\\\n", " ").replace(/[;|&\n]+/g, " ; "))
    : [text];
}

function callOf(words: readonly string[]): readonly string[] {
  const end = words.indexOf(";");
  return end < 0 ? words : words.slice(0, end);
}
