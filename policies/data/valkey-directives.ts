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

/** What a text states, and whether the defaults of the server hold for what it leaves out. */
export interface StatedDirectives {
  readonly directives: Directives;
  readonly isWhole: boolean;
}

/** The directives of a text that is a configuration, or a script that writes or changes one; undefined for every other text. */
export function directivesOfText(fileName: string, text: string): StatedDirectives | undefined {
  const lines = text.split("\n").map(wordsOf);
  const written = directivesOfLines(lines);
  const markers = [...written.keys()].filter((name) => MARKERS.has(name));
  const isWhole = FILE_NAME.test(fileName) || markers.length > 1;
  const changes = lines.flatMap(changesOf);
  const isPart = changes.length > 0 || (markers.length > 0 && fileName.endsWith(".conf"));
  return isWhole || isPart ? { directives: directivesOfLines([...lines, ...changes]), isWhole } : undefined;
}

/**
 * What the words of a command change in a server that runs, as lines of its configuration: `config set maxmemory 1gb`,
 * `acl setuser app on >password`. The user `default` is on unless it was switched off.
 */
export function changesOf(words: readonly string[]): string[][] {
  const starts = startsOfChanges(words);
  return starts.flatMap((start, index) => linesOfChange(callOf(words.slice(start, starts[index + 1]))));
}

/** Where among words the commands begin that change a server; the words up to the next one belong to each. */
export function startsOfChanges(words: readonly string[]): number[] {
  return words.flatMap((word, index) =>
    /^(?:acl setuser|config set)$/i.test(`${word} ${words[index + 1]}`) ? [index] : [],
  );
}

/** The words of a command of a shell, up to the next command. */
export function callOf(words: readonly string[]): readonly string[] {
  const end = words.indexOf(";");
  return end < 0 ? words : words.slice(0, end);
}

function linesOfChange([command = "", , name, ...values]: readonly string[]): string[][] {
  if (name === undefined) return [];
  return command.toLowerCase() === "acl"
    ? [["user", name, ...(name === "default" ? ["on"] : []), ...values]]
    : pairsOf([name, ...values]);
}

function pairsOf(words: readonly string[]): string[][] {
  return words.flatMap((name, index) => {
    const value = words[index + 1];
    return index % 2 === 0 && value !== undefined ? [[name, value]] : [];
  });
}

/** The directives among the arguments of a server: `--appendonly yes`, `--save "900 1"`. */
export function directivesOfArguments(words: readonly string[]): Directives {
  const lines: string[][] = [];
  for (const word of words) {
    if (word.startsWith("--")) lines.push([word.slice(2)]);
    else lines.at(-1)?.push(...(word.trim() === "" ? [""] : wordsOf(word)));
  }
  return directivesOfLines(lines);
}

/** Whether a word is one of these choices; the server takes it in any letters. */
export function isChoice(word: string, ...choices: readonly string[]): boolean {
  return choices.includes(word.toLowerCase());
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

/** The directives that policies ask for among lines of words. */
export function directivesOfLines(lines: readonly (readonly string[])[]): Directives {
  const directives = new Map<string, (readonly string[])[]>();
  for (const [name = "", ...words] of lines) {
    const known = name.toLowerCase();
    if (!KNOWN.has(known) || words.length === 0) continue;
    const stated = directives.get(known);
    if (stated === undefined) directives.set(known, [words]);
    else stated.push(words);
  }
  return directives;
}
