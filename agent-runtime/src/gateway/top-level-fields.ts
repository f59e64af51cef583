import { GatewayError } from "../errors.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING: ReadonlySet<number | undefined> = new Set([0x7b, 0x5b]);
const CLOSING: ReadonlySet<number | undefined> = new Set([0x7d, 0x5d]);
const WHITESPACE: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Where a value lies in a body; `end` is behind it, of strings. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The same request for another model: the value of the top-level `model` is replaced and no other byte changes. A field
 * that is there twice is replaced twice, because parsers differ in which one they take.
 *
 * @param body valid JSON in UTF-8.
 * @throws {GatewayError} `invalid_request` when there is no top-level `model` that is a string.
 */
export function replaceModel(body: Buffer, model: string): Buffer {
  const spans = findValues(body, "model").filter(({ start }) => body[start] === QUOTE);
  if (spans.length === 0) throw new GatewayError("invalid_request", "model: it must be a string.");
  const value = Buffer.from(JSON.stringify(model));
  const parts: Buffer[] = [];
  let copied = 0;
  for (const { start, end } of spans) {
    parts.push(body.subarray(copied, start), value);
    copied = end;
  }
  parts.push(body.subarray(copied));
  return Buffer.concat(parts);
}

/** Fields whose value decides what a request costs: parsers differ in which of two they take. */
const DECISIVE_FIELDS = ["model", "max_tokens"] as const;

/**
 * Refuses a body that names one of the decisive fields twice.
 *
 * @param body valid JSON in UTF-8.
 * @throws {GatewayError} `duplicate_field`
 */
export function refuseDuplicates(body: Buffer): void {
  const isSuspect =
    body.includes(ESCAPED_ASCII) || DECISIVE_FIELDS.some((name) => occursTwice(body, `"${name}"`));
  if (!isSuspect) return;
  for (const name of DECISIVE_FIELDS) {
    if (findValues(body, name).length > 1) throw new GatewayError("duplicate_field", `It is \`${name}\`.`);
  }
}

/** Begins every escape by which a plain character of a key could be hidden. */
const ESCAPED_ASCII = "\\u00";

function occursTwice(body: Buffer, text: string): boolean {
  const first = body.indexOf(text);
  return first !== -1 && body.indexOf(text, first + text.length) !== -1;
}

/** Where the values of a top-level field lie, as often as it is there. */
function findValues(body: Buffer, name: string): Span[] {
  const spans: Span[] = [];
  let depth = 0;
  let index = 0;
  while (index < body.length) {
    const byte = body[index];
    if (byte !== QUOTE) {
      if (OPENING.has(byte)) depth += 1;
      else if (CLOSING.has(byte)) depth -= 1;
      index += 1;
      continue;
    }
    const end = endOfString(body, index);
    const colon = skipWhitespace(body, end);
    const isKey = depth === 1 && body[colon] === COLON;
    if (!isKey || !isNamed(body.subarray(index, end), name)) {
      index = end;
      continue;
    }
    const start = skipWhitespace(body, colon + 1);
    index = body[start] === QUOTE ? endOfString(body, start) : start;
    spans.push({ start, end: index });
  }
  return spans;
}

/** Offset behind the closing quote: the first one before which there is an even number of backslashes. */
function endOfString(body: Buffer, start: number): number {
  for (let quote = body.indexOf(QUOTE, start + 1); quote !== -1; quote = body.indexOf(QUOTE, quote + 1)) {
    let before = quote;
    while (body[before - 1] === BACKSLASH) before -= 1;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return body.length;
}

function skipWhitespace(body: Buffer, start: number): number {
  let index = start;
  while (WHITESPACE.has(body[index])) index += 1;
  return index;
}

/** A key may be written with escapes. */
function isNamed(key: Buffer, name: string): boolean {
  const text = key.toString();
  return text === `"${name}"` || (text.includes("\\") && JSON.parse(text) === name);
}
