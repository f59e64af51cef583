import {
  ASSIGNMENT,
  SECRET_NAME,
  SECRET_PATTERNS,
  SUSPICIOUS_NAME,
  VALKEY_PASSWORD,
} from "./secret-patterns.ts";

/** Longest value that is looked at as the value of a secret name, in characters. */
const MAX_NAMED_VALUE = 8192;
/** Randomness above which a value under a suspicious name counts as a secret, in bits a character. */
const RANDOM_BITS_PER_CHARACTER = 3.4;
const MIN_RANDOM_LENGTH = 16;

/**
 * Says what kind of secret a text holds, without repeating it; undefined where it holds none that can be recognised.
 * @param name the name under which the value stands (an environment variable, a key, a flag), if there is one
 */
export function findSecret(name: string | undefined, value: string): string | undefined {
  return byForm(value) ?? byForm(decodeBase64(value)) ?? byName(name, value) ?? byLine(value);
}

/** Whether a name announces a secret, so that even an unknown value under it must not stand there. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(normalise(name));
}

function byForm(text: string | undefined): string | undefined {
  return text === undefined ? undefined : SECRET_PATTERNS.find(({ pattern }) => pattern.test(text))?.what;
}

/** Text hidden by base64 as a whole, in either alphabet. */
function decodeBase64(value: string): string | undefined {
  const text = value.replace(/\s+/g, "");
  if (text.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, "base64").toString("latin1");
}

function byName(name: string | undefined, value: string): string | undefined {
  const literal = unquote(value.trim());
  if (name === undefined || literal.length > MAX_NAMED_VALUE || isHarmless(literal)) return undefined;
  const normalised = normalise(name);
  if (SECRET_NAME.test(normalised)) return "a literal value under the name of a secret";
  return SUSPICIOUS_NAME.test(normalised) && looksRandom(literal)
    ? "a random value under the name of a key"
    : undefined;
}

/** Settings inside a text, as configuration files and scripts write them. */
function byLine(text: string): string | undefined {
  for (const [, name, value = ""] of text.matchAll(ASSIGNMENT)) {
    const found = byName(name, value);
    if (found !== undefined) return found;
  }
  for (const [, value = ""] of text.matchAll(VALKEY_PASSWORD)) {
    if (!isHarmless(unquote(value))) return "a password in the configuration of Valkey";
  }
  return undefined;
}

/** References, placeholders, paths and switches are no secrets under any name. */
function isHarmless(value: string): boolean {
  return (
    value === "" ||
    /^(?:\$\(.*\)|\$\{.*\}|\$[A-Za-z_]\w*|\{\{.*\}\}|<[^>]*>|\*+)$/s.test(value) ||
    /^(?:true|false|yes|no|on|off|null|none|nil|undefined|required|optional)$/i.test(value) ||
    isPath(value)
  );
}

function isPath(value: string): boolean {
  return /^(?:file:|\.{0,2}\/)[\w./@-]*$/.test(value) && !value.split("/").some(looksRandom);
}

function looksRandom(value: string): boolean {
  if (value.length < MIN_RANDOM_LENGTH || /\s/.test(value)) return false;
  return /\d/.test(value) && /[A-Za-z]/.test(value) && entropy(value) >= RANDOM_BITS_PER_CHARACTER;
}

/** Shannon entropy of the characters, in bits a character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

function unquote(value: string): string {
  return /^(["']).*\1$/s.test(value) ? value.slice(1, -1) : value;
}

/** `clientSecret`, `CLIENT_SECRET` and `--client-secret` are one name. */
function normalise(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
