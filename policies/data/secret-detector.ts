import { codedTextsOf, plainTextOf } from "./coded-text.ts";
import { SECRET_PATTERNS } from "./secret-patterns.ts";
import { isHarmless, looksGenerated, looksRandom, unquote } from "./secret-values.ts";
import {
  AUTHORIZATION,
  CLIENT_PASSWORD,
  NUMBERS,
  SECRET_NAME,
  SETTINGS,
  SUSPICIOUS_NAME,
  USER_OF_URL,
  VALKEY_COMMAND,
  VALKEY_PASSWORD,
} from "./setting-patterns.ts";

/** How many coats of base64 are taken off: each makes a text a third longer, so nobody wears many by accident. */
const MAX_DEPTH = 3;

/** Names that look like a secret's and hold none, as they are written. */
export type AllowedNames = readonly string[];

const A_LITERAL = "a literal value under the name of a secret";

/**
 * Says what kind of secret a text holds, without repeating it; undefined where it holds none that can be recognised.
 * @param name the name under which the value stands (an environment variable, a key, a flag), if there is one
 */
export function findSecret(
  name: string | undefined,
  value: string,
  allowed: AllowedNames = [],
): string | undefined {
  return byName(name, value, allowed) ?? inText(value, allowed, 0);
}

/** The same for a value that stands by itself, of which random text is made for nothing else than to be a secret. */
export function findSecretValue(
  name: string | undefined,
  value: string,
  allowed: AllowedNames = [],
): string | undefined {
  return findSecret(name, value, allowed) ?? byRandomness(name, value, allowed);
}

/** A secret that words make together: cut in pieces, or behind the name of a program. */
export function findSecretInCommand(words: readonly string[]): string | undefined {
  return byForm(words.join("")) ?? byMatches(words.join(" "), [CLIENT_PASSWORD, VALKEY_COMMAND]);
}

/** Whether a name announces a secret, so that even an unknown value under it must not stand there. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(normalise(name)) || /(?:^|_)SECRET_KEY(?:_BASE)?$/.test(name);
}

/**
 * The name of a field of an object that says `secret` may hold the name of a Secret; what cannot be the name of an
 * object is a secret nevertheless.
 */
export function mayNameSecret(name = "", value: string): boolean {
  return /secret$/i.test(name) && /^[a-z0-9][a-z0-9.-]{0,252}$/.test(value) && !looksRandom(value);
}

function inText(text: string, allowed: AllowedNames, depth: number): string | undefined {
  return byForm(text) ?? bySetting(text, allowed) ?? byCode(text, allowed, depth);
}

function byForm(text: string): string | undefined {
  return SECRET_PATTERNS.find(({ pattern }) => pattern.test(text))?.what ?? byUrl(text);
}

function byUrl(text: string): string | undefined {
  for (const [, password = "", token = ""] of text.matchAll(USER_OF_URL)) {
    if (!isHarmless(password)) return "a password in a URL";
    if (looksRandom(token)) return "a token in a URL";
  }
  return undefined;
}

/** Where a run begins in the middle of another, only forms count: settings need what stands before them. */
function byCode(text: string, allowed: AllowedNames, depth: number): string | undefined {
  if (depth === MAX_DEPTH) return undefined;
  for (const { text: hidden, isWhole } of codedTextsOf(text)) {
    const found = isWhole ? inText(hidden, allowed, depth + 1) : byForm(hidden);
    if (found !== undefined) return found;
  }
  return undefined;
}

function byName(name: string | undefined, value: string, allowed: AllowedNames): string | undefined {
  const literal = unquote(value.trim());
  if (name === undefined || allowed.includes(name) || isHarmless(literal)) return undefined;
  if (isSecretName(name)) return A_LITERAL;
  if (!SUSPICIOUS_NAME.test(normalise(name))) return undefined;
  if (looksRandom(literal)) return "a random value under the name of a key";
  return isPair(literal) ? "the name and the password of a user" : undefined;
}

/** Base64 of `user:password`, as clients of registries and of HTTP send it. */
function isPair(value: string): boolean {
  return /^[\w.@-]+:./.test(plainTextOf(value) ?? "");
}

function byRandomness(name = "", value: string, allowed: AllowedNames): string | undefined {
  const [, before, after] = /^-{0,2}(\w[\w.-]*)=(.+)/s.exec(value) ?? [];
  const [known, literal] = before === undefined ? [name, value] : [before, after ?? ""];
  if (allowed.includes(known)) return undefined;
  return looksGenerated(normalise(known), unquote(literal.trim())) ? "a random value" : undefined;
}

/** Settings inside a text, as configuration files, scripts and connection strings write them. */
function bySetting(text: string, allowed: AllowedNames): string | undefined {
  for (const setting of [...SETTINGS, NUMBERS]) {
    for (const [, name, ...values] of text.matchAll(setting)) {
      const found = byName(name, values.find((value) => value !== undefined) ?? "", allowed);
      if (found !== undefined) return found;
    }
  }
  for (const [, proof = ""] of text.matchAll(AUTHORIZATION)) {
    if (looksRandom(proof) || isPair(proof)) return "the credentials of a request";
  }
  return byMatches(text, [CLIENT_PASSWORD, VALKEY_COMMAND, VALKEY_PASSWORD]);
}

function byMatches(text: string, patterns: readonly RegExp[]): string | undefined {
  const passwords = patterns.flatMap((pattern) =>
    Array.from(text.matchAll(pattern), ([, value = ""]) => value),
  );
  return passwords.every((password) => isHarmless(password.replace(/["']/g, "")))
    ? undefined
    : "a password among the words of a command or of a configuration";
}

/** `clientSecret`, `CLIENT_SECRET` and `--client-secret` are one name. */
function normalise(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
