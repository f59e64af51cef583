const MAX_CHARACTERS = 240;

/** Why something did not work, in one line that names no folder, address or host of this machine. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text
    .replaceAll(/https?:\/\/[^\s'"]+/g, "<address>")
    .replaceAll(/\b(?:[a-z0-9-]+\.)+(?:org|com|net|io|dev)\b(?::\d+)?/gi, "<host>")
    .replaceAll(/(?<![\w<])(?:~|\.{1,2})?(?:\/[\w.@+-]+){2,}\/?/g, "<path>")
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS)}…` : line;
}
