import { GatewayError } from "../errors.ts";

/** Deeper bodies are refused. The API's own content nests less than ten levels, tool schemas some twenty. */
export const MAX_JSON_DEPTH = 256;

/**
 * Bodies with more values are refused: parsed, each takes up to a hundred bytes, however short it was. The longest
 * conversations have some ten thousand; a text or an image is one value, whatever its length.
 */
export const MAX_JSON_VALUES = 200_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Told where a top-level key lies, quotes included, and where the colon behind it is. */
type OnKey = (start: number, end: number, colon: number) => void;

/**
 * Finds the top-level keys of a JSON text without parsing it, and refuses a text that would be costly to parse. Less than
 * a millisecond per megabyte of prompt. A text that is no JSON is scanned somehow: `JSON.parse` is the one to refuse it.
 *
 * @throws {GatewayError} `json_too_deep` or `json_too_complex`
 */
export function scanJson(text: string, onKey: OnKey): void {
  const { length } = text;
  let depth = 0;
  let values = 0;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      const end = endOfString(text, index);
      if (depth === 1) reportKey(text, index, end, onKey);
      index = end - 1;
    } else if (code === COMMA) {
      values += 1;
    } else if (code === OPENING_BRACE || code === OPENING_BRACKET) {
      depth += 1;
      values += 1;
      if (depth > MAX_JSON_DEPTH) throw tooDeep();
    } else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) {
      depth -= 1;
    }
    if (values > MAX_JSON_VALUES) throw tooComplex();
  }
}

function reportKey(text: string, start: number, end: number, onKey: OnKey): void {
  const colon = skipWhitespace(text, end);
  if (text.charCodeAt(colon) === COLON) onKey(start, end, colon);
}

const tooDeep = () => new GatewayError("json_too_deep", `At most ${MAX_JSON_DEPTH} levels are accepted.`);

const tooComplex = () =>
  new GatewayError("json_too_complex", `At most ${MAX_JSON_VALUES} values are accepted.`);

/** How far is looked one by one behind an escaped quote: where there is one there may be millions, and a search each is dear. */
const NEAR = 24;

/** Offset behind the closing quote of the string that begins at `start`; the text's end where it never closes. */
export function endOfString(text: string, start: number): number {
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return text.length;
    if (!isEscaped(text, quote)) return quote + 1;
    const near = Math.min(quote + NEAR, text.length);
    for (from = quote + 1; from < near; from += 1) {
      const code = text.charCodeAt(from);
      if (code === QUOTE) return from + 1;
      if (code === BACKSLASH) from += 1;
    }
  }
}

/** Whether an odd number of backslashes stands before the quote. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote;
  while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
  return (quote - before) % 2 === 1;
}

/** Offset of the next character that is no whitespace. */
export function skipWhitespace(text: string, start: number): number {
  for (let index = start; ; index += 1) {
    const code = text.charCodeAt(index);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return index;
  }
}
