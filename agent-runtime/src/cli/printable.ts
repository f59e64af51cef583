/** Everything that a terminal takes for a command, or that reorders what is read. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of others, safe for a terminal: names and reasons come from callers and could move its cursor. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\uFFFD");
}
