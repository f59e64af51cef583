/** A kind of secret that is recognised by its own form, wherever it stands. */
export interface SecretPattern {
  readonly what: string;
  readonly pattern: RegExp;
}

/**
 * Forms that issuers gave their keys so that they can be found. Every pattern takes linear time on any text:
 * bounded repetitions, and a look-behind that lets a long run of characters be tried once.
 */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  { what: "an Anthropic key", pattern: /sk-ant-[\w-]{8}/ },
  { what: "an AWS access key", pattern: /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/ },
  { what: "a private key in PEM form", pattern: /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY/ },
  { what: "a GitHub token", pattern: /gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{36}/ },
  { what: "a Slack token", pattern: /xox[abeoprs]-[A-Za-z0-9-]{10}/ },
  { what: "a Google API key", pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/ },
  { what: "a JSON Web Token", pattern: /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\./ },
  { what: "a password in a URL", pattern: /:\/\/[^\s/:@"'$<{]{0,128}:[^\s/:@"'$<{*][^\s/@?#]{0,256}@/ },
];

/** Names whose values are secrets, whatever they look like; `existingSecret` and `pullSecret` name other objects. */
export const SECRET_NAME =
  /(?:^|[^a-z])(?:password|passwd|passphrase|requirepass|masterauth|(?<!(?:existing|pull)[_.-])secret|token|(?:api|access|private|signing|encryption)[_.-]?key)$/;

/** Names whose values are secrets where they look random: a key may also be the key of a table. */
export const SUSPICIOUS_NAME = /(?:^|[^a-z])(?:key|auth|authorization|credentials?|pass|pwd|salt)$/;

/** `NAME=value` and `name: value` lines of configuration files and scripts; groups: name, value. */
export const ASSIGNMENT =
  /^[ \t]*(?:export[ \t]+|-[ \t]+|--?)?["']?([A-Za-z][\w.-]{0,127})["']?[ \t]*[:=][ \t]*(\S{1,512}?),?[ \t]*$/gm;

/** Directives of Valkey and Sentinel that take a password; group: the password. */
export const VALKEY_PASSWORD =
  /^[ \t]*(?:requirepass|masterauth|sentinel[ \t]+auth-pass[ \t]+\S{1,128}|user[ \t]+\S{1,128}[ \t][^>\n]*>)[ \t]*(\S{1,512})/gm;
