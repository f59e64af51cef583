/** Settings that only a configuration of PostgreSQL has; two of them tell one, or a script that starts a server with them. */
const MARKERS: readonly string[] = [
  "hba_file",
  "listen_addresses",
  "max_connections",
  "shared_buffers",
  "wal_level",
];
const FILE_NAME = /(?:^|[^a-z])postgres(?:ql)?[\w.-]*\.conf$/i;

/**
 * The value that counts of a setting, the last one: in a file as `ssl = on`, on a command line as `-c ssl=on`.
 * Lines that are comments state nothing.
 */
export function settingOf(text: string, name: string): string | undefined {
  const stated = new RegExp(`(?:^|[\\s"']|--|-c)${name}[ \\t]{0,8}=[ \\t]{0,8}["']?([^\\s"']{1,256})`, "gm");
  return Array.from(withoutComments(text).matchAll(stated), ([, value]) => value).at(-1);
}

/** Whether a text configures a server, or starts one. */
export function isServerFile(name: string, text: string): boolean {
  return FILE_NAME.test(name) || MARKERS.filter((marker) => settingOf(text, marker) !== undefined).length > 1;
}

export function isSecured(ssl: string): boolean {
  return ["on", "true", "yes", "1"].includes(ssl.toLowerCase());
}

const WEAK_MODE =
  /\b(?:sslmode|PGSSLMODE)["']?[ \t]{0,8}[=:][ \t]{0,8}["']?(?:disable|allow|prefer|no-verify)\b/i;
const WEAK_SSL = /\bpostgres(?:ql)?:\/\/[^\s"'?]{0,512}\?(?:[^\s"'?]{0,512}&)?(ssl=(?:false|off|no|0))\b/i;

/** How a text says that a client does not insist on TLS, such as `sslmode=prefer`; undefined where it says none of it. */
export function weakModeOf(text: string): string | undefined {
  const stated = withoutComments(text);
  return WEAK_MODE.exec(stated)?.[0] ?? WEAK_SSL.exec(stated)?.[1];
}

function withoutComments(text: string): string {
  return text.replace(/^[ \t]*#.*/gm, "");
}
