/** Names whose values are secrets, whatever they look like; `existingSecret` and `pullSecret` name other objects. */
export const SECRET_NAME =
  /(?:password|passwd|passphrase|passcode|(?:^|[^a-z])(?:requirepass|masterauth|(?:db|user|root|admin|redis|valkey|smtp|mail|auth|sentinel)[_.-]pass|(?:mysql|db|user|root|admin)[_.-]pwd?|(?<!(?:existing|pull)[_.-])secret|(?:access|auth|bearer|refresh|session|api)?token|(?:api|access|private|signing|encryption)[_.-]?keys?))(?:[_.-]?\d{1,3}|[_.-](?:old|new|previous|current|value|plain|plaintext|base64|b64|prod|production|staging|dev|primary|secondary))?$/;

/** Names whose values are secrets where they look random: a key may also be the key of a table. */
export const SUSPICIOUS_NAME = /(?:^|[^a-z])(?:key|auth|authorization|credentials?|pass|pwd|salt)$/;

const NAME = String.raw`[A-Za-z_][\w.-]{0,127}`;
/** What is longer than a value may be is a value nevertheless. */
const QUOTED = String.raw`"[^"\n]{1,512}"|'[^'\n]{1,512}'|"[^"\n]{512}|'[^'\n]{512}`;
/** A word of a shell up to the next separator; each character of it can be read in one way only. */
const WORD = String.raw`(?:\$\{[^}\n]{0,256}\}|\$\([^)\n]{0,256}\)|\$(?![{(])|[^\s"'$&;,|)}\]]){1,512}`;

/** `NAME=value` and `name: value` lines of configuration files and scripts. */
const ASSIGNMENT = String.raw`^[ \t]*(?:export[ \t]+|-[ \t]+|--?)?["']?(${NAME})["']?[ \t]*[:=][ \t]*(?:(${QUOTED}|\S{1,512}?),?[ \t]*(?:[ \t]#[^\n]*)?$|(\S{512}))`;

/** `name=value` in the middle of a line: variables before a command, connection strings, queries of URLs. */
const INLINE_ASSIGNMENT = String.raw`(?<![\w.$-])(?:--?)?(${NAME})=(${QUOTED}|${WORD})`;

/** `name: "value"` in the middle of a line, with any of the signs that languages put between the two. */
const QUOTED_MEMBER = String.raw`(?<![\w.$/-])(${NAME})["']?(?::|[ \t]{0,8}(?::=|=>|=))[ \t]{0,8}(${QUOTED})`;

/** `{name: value, …}` of YAML and of programs. */
const FLOW_MEMBER = String.raw`(?<!\$)[{,]\s{0,8}["']?(${NAME})["']?[ \t]{0,8}:[ \t]{0,8}([^\s"',{}[\]]{1,512})[ \t]{0,8}(?=[,}])`;

/** `--name value` in a command that stands in one text. */
const INLINE_FLAG = String.raw`(?<![\w-])--?(${NAME})[ \t]{1,8}(${QUOTED}|[^\s"'-]\S{0,511})`;

/** `"name": "value"` of JSON, also of JSON within JSON. */
const JSON_MEMBER = String.raw`"([A-Za-z_][\w./-]{0,127})\\{0,7}"\s{0,8}:\s{0,8}\\{0,7}"((?:\\u[0-9a-fA-F]{4}){0,64}[^"\\\n]{0,512})`;

/** A password of digits alone needs no quotes. */
const JSON_NUMBER = String.raw`"([\w.-]{0,64}pass(?:word|wd|code)?)\\{0,7}"\s{0,8}:\s{0,8}(\d{4,32})`;

/** `<name>value</name>` of XML. */
const ELEMENT = String.raw`<(${NAME})>([^<>\n]{1,512})</`;

/** A variable of a container in JSON or YAML: `name` with `value` beside it. */
const NAMED_VALUE = String.raw`(?<![\w-])name\\{0,7}["']?[ \t]{0,8}:[ \t]{0,8}\\{0,7}["']?(${NAME})\\{0,7}["']?,?\s{0,64}\\{0,7}["']?value\\{0,7}["']?[ \t]{0,8}:[ \t]{0,8}\\{0,7}(${QUOTED}|["']?[^\s"'\\,}]{1,512})`;

/** Ways to write a setting inside a text; groups: name, and one of the others is the value. */
export const SETTINGS: readonly RegExp[] = [
  ASSIGNMENT,
  INLINE_ASSIGNMENT,
  QUOTED_MEMBER,
  FLOW_MEMBER,
  INLINE_FLAG,
  JSON_MEMBER,
  ELEMENT,
  NAMED_VALUE,
].map((pattern) => new RegExp(pattern, "gm"));

/** The same where the name has to be written in any letters. */
export const NUMBERS = new RegExp(JSON_NUMBER, "gi");

/** What a client shows to prove who it is; group: the proof. */
export const AUTHORIZATION = /(?<![A-Za-z])(?:bearer|basic)[ \t]{1,8}([A-Za-z0-9+/_.=~-]{8,512})/gi;

/** Who uses a URL, and what stands before the host to prove it; groups: proof beside a name, proof alone. */
export const USER_OF_URL =
  /:\/\/(?:(?:\$\{[^}\s]{0,128}\}|\$(?!\{)|[^\s/:@"'<$]){0,128}:([^\s/@?#"'<][^\s/@?#]{0,256})|([^\s/:@"'<{$?#]{16,256}))@/g;

/** Directives of Valkey and Sentinel that take a password; group: the password. */
export const VALKEY_PASSWORD =
  /^[ \t]*(?:requirepass|masterauth|tls-(?:client-)?key-file-pass|sentinel[ \t]+(?:sentinel-pass|auth-pass[ \t]+\S{1,128})|user[ \t]+\S{1,128}[ \t][^>\n]*>)[ \t]*(\S{1,512})/gm;

/** Commands that set a password of Valkey while it runs, or a user among its arguments; group: the password. */
export const VALKEY_COMMAND =
  /(?:config[ \t]{1,8}set[ \t]{1,8}(?:requirepass|masterauth)[ \t]{1,8}|(?:acl[ \t]{1,8}setuser|--user)[ \t]{1,8}["']?\S{1,128}(?=[ \t])(?=[^>\n]{0,256}[ \t](?:[~+&]|o(?:n|ff)[ \t]))[^>\n]{0,256}[ \t]["']?>)([^\s;|&)"']{1,512})/gi;

/** Programs that take a password as an argument of one letter; group: the password. */
export const CLIENT_PASSWORD =
  /(?<![\w-])(?:(?:redis|valkey)-cli[^\n;|&]{0,256}?[ \t](?:-a|--pass)[ \t]{1,8}|(?:curl|wget)[^\n;|&]{0,256}?[ \t](?:-u|--user)[ \t=]{0,8}["']?[^\s:"']{1,128}:|sshpass[ \t]{1,8}-p[ \t]{0,8}|(?:mysql|mysqldump|mariadb)[^\n;|&]{0,256}?[ \t]-p(?=[^\s-])|-pass(?:in|out)?[ \t]{1,8}pass:)(["']?[^\s"';|&]{1,256})/g;

/** A run of base64 in either alphabet, long enough to hold a secret. */
export const BASE64_RUN = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}/g;

/** A run of bytes in hexadecimal digits, long enough to hold a secret. */
export const HEXADECIMAL_RUN = /(?<![0-9A-Za-z])[0-9a-fA-F]{32,}(?![0-9A-Za-z])/g;
