import { BASE64_RUN, HEXADECIMAL_RUN } from "./setting-patterns.ts";

/** A text of which nothing but letters of base64 stands in it, blanks aside, is one run. */
const BASE64_TEXT = /^[A-Za-z0-9+/_-]{16,}={0,2}$/;
const BASE64_VALUE = /^[A-Za-z0-9+/_-]{4,}={0,2}$/;

/** What a text may hide: read as it is meant, and read from other places on. */
export interface CodedText {
  readonly text: string;
  /** Whether the run begins where its alphabet does; else it may begin in the middle of a word, as after a path. */
  readonly isWhole: boolean;
}

/** The texts behind base64 and hexadecimal digits, in runs or broken into lines. */
export function* codedTextsOf(text: string): Generator<CodedText> {
  for (const run of base64RunsOf(text)) {
    for (const start of [0, 1, 2, 3]) {
      yield { text: readable(Buffer.from(run.slice(start), "base64")), isWhole: start === 0 };
    }
  }
  for (const [run] of text.matchAll(HEXADECIMAL_RUN)) {
    yield { text: readable(Buffer.from(run, "hex")), isWhole: false };
  }
}

/** The text of a value that is base64 as a whole and nothing but text behind it; undefined for every other. */
export function plainTextOf(value: string): string | undefined {
  if (!BASE64_VALUE.test(value)) return undefined;
  const text = Buffer.from(value, "base64").toString("latin1");
  return /^[\x20-\x7e\s]+$/.test(text) ? text : undefined;
}

function base64RunsOf(text: string): string[] {
  const joined = text.replace(/\s/g, "");
  return BASE64_TEXT.test(joined) ? [joined] : (text.match(BASE64_RUN) ?? []);
}

/** Texts of 16 bits a character have zeros between the letters; whatever else is no letter ends what stands before it. */
function readable(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replaceAll("\0", "")
    .replace(/[^\x20-\x7e\t]/g, "\n");
}
