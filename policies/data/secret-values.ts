import { plainTextOf } from "./coded-text.ts";

/** Randomness above which a value counts as made by a machine, in bits a character. */
const RANDOM_BITS_PER_CHARACTER = 3.375;
const MIN_RANDOM_LENGTH = 16;

/** What a machine makes of random bytes goes to and fro between digits and letters more often than a name does. */
const MIN_GENERATED_LENGTH = 20;
const MIN_CHANGES = 4;
const GENERATED_BITS_PER_CHARACTER = 3.75;
/** Where digits are few, more characters have to be different than words of a language have. */
const LONG = { minLength: 32, bitsPerCharacter: 4.5 };
/** Names under which random text is public: what is compared with a digest, and what is signed. */
const PUBLIC_NAME =
  /(?:^|[^a-z])(?:checksum|digest|hash|sha\d*|fingerprint|integrity|etag|cert|certificate|ca|public|spki|version|revision|id|uid|uuid)(?:[^a-z]|$)|ca_?bundle/;

/** References, placeholders, paths and switches are no secrets under any name. */
export function isHarmless(value: string): boolean {
  return (
    /^(?:\.{3}|…|[[{]|)$/.test(value) ||
    isReference(value) ||
    /^(?:true|false|yes|no|on|off|null|none|nil|undefined|required|optional|string|str|number|int|bool|boolean)$/i.test(
      value,
    ) ||
    isPath(value)
  );
}

/** A shell takes `${NAME:-default}` for the default where the variable is not set: then the default is the secret. */
function isReference(value: string): boolean {
  const fallback = /^\$\{\w+:?[-=]([^}]*)\}$/.exec(value)?.[1];
  if (fallback !== undefined) return isHarmless(unquote(fallback));
  return /^(?:\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|\$[A-Za-z_]\w*|\{\{[^}]*\}\}|<[^>]*>|\*+|(?:arn:aws[\w-]*|vault):\S+)$/.test(
    value,
  );
}

/** A path, which may begin with a variable that holds its folder. */
function isPath(value: string): boolean {
  return (
    /^(?:file:|\.{0,2}\/|\$\w+\/|\$\{\w+\}\/)[\w./@-]*$/.test(value) && !value.split("/").some(looksRandom)
  );
}

export function looksRandom(value: string): boolean {
  if (value.length < MIN_RANDOM_LENGTH || /\s/.test(value)) return false;
  return /\d/.test(value) && /[A-Za-z]/.test(value) && entropy(value) >= RANDOM_BITS_PER_CHARACTER;
}

/** Whether a value is random text of large and small letters and digits, under a name that does not say that it is public. */
export function looksGenerated(name: string, value: string): boolean {
  if (PUBLIC_NAME.test(name) || /^sha\d+-/.test(value) || isHarmless(value)) return false;
  return isMixed(value) && isWithoutPattern(value) && plainTextOf(value) === undefined;
}

function isMixed(value: string): boolean {
  return /^[\w+/.~-]+={0,2}$/.test(value) && [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(value));
}

function isWithoutPattern(value: string): boolean {
  const bits = entropy(value);
  return (
    (value.length >= MIN_GENERATED_LENGTH &&
      changesOf(value) >= MIN_CHANGES &&
      bits >= GENERATED_BITS_PER_CHARACTER) ||
    (value.length >= LONG.minLength && bits >= LONG.bitsPerCharacter)
  );
}

/** How often a digit stands beside a letter. */
function changesOf(value: string): number {
  return Array.from(value.matchAll(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)).length;
}

/** Shannon entropy of the characters, in bits a character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

export function unquote(value: string): string {
  return /^(["']).*\1$/s.test(value) ? value.slice(1, -1) : value;
}
