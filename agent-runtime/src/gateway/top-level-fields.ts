import { GatewayError } from "../errors.ts";
import { endOfString, scanJson, skipWhitespace } from "./json-scan.ts";

const QUOTE = 0x22;

/** Where a string lies in a body, quotes included. */
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
  const spans = findStrings(body, "model");
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

/** Where the values of a top-level field lie that are strings, as often as it is there. */
function findStrings(body: Buffer, name: string): Span[] {
  // One character a byte, so that offsets are the same; names of the API are ASCII.
  const text = body.toString("latin1");
  const spans: Span[] = [];
  scanJson(text, (keyStart, keyEnd, colon) => {
    if (readKey(text, keyStart, keyEnd) !== name) return;
    const start = skipWhitespace(text, colon + 1);
    if (body[start] === QUOTE) spans.push({ start, end: endOfString(text, start) });
  });
  return spans;
}

/** Names that the API may give a field. Others are not repeated to the caller: they may be a person's words. */
const PLAIN_NAME = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * Refuses a JSON text that names a top-level field twice, because parsers differ in which of the two they take, and one
 * that would be costly to parse. Whether it is valid need not be known yet.
 *
 * @throws {GatewayError} `duplicate_field`, `json_too_deep` or `json_too_complex`
 */
export function refuseUnfitJson(text: string): void {
  const names = new Set<string>();
  scanJson(text, (start, end) => {
    const name = readKey(text, start, end);
    if (names.has(name)) {
      throw new GatewayError("duplicate_field", PLAIN_NAME.test(name) ? `It is \`${name}\`.` : undefined);
    }
    names.add(name);
  });
}

/** A key may be written with escapes; one whose escapes are not valid stands for itself. */
function readKey(text: string, start: number, end: number): string {
  const key = text.slice(start + 1, end - 1);
  return key.includes("\\") ? unescaped(key) : key;
}

function unescaped(key: string): string {
  try {
    return JSON.parse(`"${key}"`);
  } catch {
    return key;
  }
}
