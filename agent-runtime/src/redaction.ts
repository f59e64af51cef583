/**
 * What must never be written down: keys, tokens and a person's words. One list for log lines, described errors and the
 * attributes of traces.
 */

const CENSOR = "[redacted]";

/** Names of fields that may carry a secret, in lower case and without `-` and `_`. */
const SECRET_FIELDS = [
  "accesstoken",
  "anthropicapikey",
  "apikey",
  "authorization",
  "clientsecret",
  "cookie",
  "credentials",
  "keyhashsecret",
  "password",
  "privatekey",
  "proxyauthorization",
  "redispassword",
  "refreshtoken",
  "secret",
  "setcookie",
  "token",
  "xapikey",
] as const;

/** Names of fields that may carry words of a prompt or an answer, spelled likewise; those with dots are of OpenTelemetry. */
const WORDS_FIELDS = [
  "answer",
  "arguments",
  "body",
  "completion",
  "content",
  "delta",
  "genai.completion",
  "genai.input.messages",
  "genai.output.messages",
  "genai.prompt",
  "genai.systeminstructions",
  "genai.tool.call.arguments",
  "genai.tool.call.result",
  "genai.tool.definitions",
  "input",
  "messages",
  "output",
  "payload",
  "prompt",
  "query",
  "rawbody",
  "system",
  "text",
  "thinking",
  "toolresult",
  "tools",
] as const;

/** The whole list. */
export const REDACTED_FIELDS: readonly string[] = [...SECRET_FIELDS, ...WORDS_FIELDS];

const REDACTED = new Set(REDACTED_FIELDS);

/** Secrets that are known by their form, wherever they turn up: keys of the API, bearer tokens, passwords in URLs. */
const SECRET_FORMS =
  /\bsk-ant-[\w-]+|\bcak_\w+_[\w-]+|\b[Bb]earer [\w.~+/=-]+|(?<=:\/\/[^\s/@:"\\]*:)[^\s/@"\\]+(?=@)/g;

/** One of these is in every such secret. Looking for them costs a tenth of the expression, which few lines then need. */
const SECRET_SIGNS = ["sk-ant-", "cak_", "earer ", "://"] as const;

/** Names seen before, because the same ones come with every line. */
const verdicts = new Map<string, boolean>();
const MAX_VERDICTS = 1_000;

/** Deeper values are left out: nothing that is logged on purpose nests so far. */
const MAX_DEPTH = 6;

/** Whether a field of this name is left out, however it is spelled: `x-api-key`, `xApiKey`, `X_API_KEY`. */
function isRedactedField(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const verdict = REDACTED.has(name.toLowerCase().replaceAll(/[-_]/g, ""));
  if (verdicts.size < MAX_VERDICTS) verdicts.set(name, verdict);
  return verdict;
}

/** The text without secrets that are known by their form. */
export function withoutSecrets(text: string): string {
  return SECRET_SIGNS.some((sign) => text.includes(sign)) ? text.replace(SECRET_FORMS, CENSOR) : text;
}

/** The object without what its redacted fields hold, at any depth; the very same one when there is nothing to leave out. */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactObject(fields, 1);
}

function redactObject(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let redacted: Record<string, unknown> | undefined;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const kept = isRedactedField(name) ? CENSOR : redactValue(value, depth);
    if (kept === value) continue;
    redacted ??= { ...fields };
    redacted[name] = kept;
  }
  return redacted ?? fields;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return CENSOR;
  if (!Array.isArray(value)) return redactObject(value as Record<string, unknown>, depth + 1);
  return value.map((item) => redactValue(item, depth + 1));
}

/** What may be said about a fault from outside: no stack, no values. */
export interface DescribedFault {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** What may be said about a fault from outside. The message of a `SyntaxError` is left out: it quotes what was parsed. */
export function describeFault(fault: unknown): DescribedFault {
  if (!(fault instanceof Error)) return { name: typeof fault, message: "" };
  const { name } = fault;
  const message = fault instanceof SyntaxError ? CENSOR : withoutSecrets(fault.message);
  return "code" in fault ? { name, message, code: String(fault.code) } : { name, message };
}

/** The same, and where it happened: for faults of this program. */
function describeError(error: Error): object {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const cause = error.cause === undefined ? {} : { cause: describeFault(error.cause) };
  return { ...describeFault(error), stack: frames.join("\n"), ...cause };
}
