/** Directives of Valkey or Redis: for each name, the words of every line that states it, in order. */
export type Directives = ReadonlyMap<string, readonly (readonly string[])[]>;

/** Directives that the policies ask for, and those that tell a configuration of Valkey from other text. */
const MARKERS: ReadonlySet<string> = new Set([
  "aclfile",
  "appendfsync",
  "appendonly",
  "masterauth",
  "maxmemory",
  "maxmemory-policy",
  "min-replicas-to-write",
  "protected-mode",
  "replicaof",
  "requirepass",
]);
const KNOWN: ReadonlySet<string> = new Set([...MARKERS, "bind", "include", "save", "sentinel", "user"]);

/** Names of files that hold a configuration, whatever is in them. */
const FILE_NAME = /(?:^|[^a-z])(?:redis|valkey|sentinel)[\w.-]*\.conf$/i;

/** The directives of a text that is a configuration, or a script that writes one; undefined for every other text. */
export function directivesOfText(fileName: string, text: string): Directives | undefined {
  const directives = collect(text.split("\n").map(wordsOf));
  const markers = [...directives.keys()].filter((name) => MARKERS.has(name));
  return FILE_NAME.test(fileName) || markers.length > 1 ? directives : undefined;
}

/** The directives among the arguments of a server: `--appendonly yes`, `--save "900 1"`. */
export function directivesOfArguments(words: readonly string[]): Directives {
  const lines: string[][] = [];
  for (const word of words) {
    if (word.startsWith("--")) lines.push([word.slice(2)]);
    else lines.at(-1)?.push(...(word.trim() === "" ? [""] : wordsOf(word)));
  }
  return collect(lines);
}

/** The words of the line that counts, the last one; undefined where nothing states it. */
export function lastOf(directives: Directives, name: string): readonly string[] | undefined {
  return directives.get(name)?.at(-1);
}

/** How often a server saves, in seconds and changes: lines add to each other, and `save ""` begins anew. */
export function savePointsOf(directives: Directives): [seconds: number, changes: number][] {
  const points: [number, number][] = [];
  for (const words of directives.get("save") ?? []) {
    if (words.join("") === "") points.length = 0;
    for (let index = 0; index + 1 < words.length; index += 2) {
      points.push([Number(words[index]), Number(words[index + 1])]);
    }
  }
  return points;
}

/** Words of a line, without the quotes around them. */
export function wordsOf(line: string): string[] {
  return Array.from(
    line.matchAll(/"([^"]*)"|'([^']*)'|[^\s"']\S*/g),
    ([word, double, single]) => double ?? single ?? word,
  );
}

function collect(lines: readonly (readonly string[])[]): Directives {
  const directives = new Map<string, (readonly string[])[]>();
  for (const [name = "", ...words] of lines) {
    const known = name.toLowerCase();
    if (!KNOWN.has(known) || words.length === 0) continue;
    directives.set(known, [...(directives.get(known) ?? []), words]);
  }
  return directives;
}
