import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { Platform } from "./platform.ts";
import type { ToolSpec } from "./tools.ts";

/** Where the cache keeps one tool: a folder per version, platform and way of building. */
export interface CacheEntry {
  readonly directory: string;
  /** The program itself; programs that belong to it lie beside it. */
  readonly program: string;
  readonly recordFile: string;
  /** Where a new entry is put together before it takes its name. */
  readonly partialDirectory: string;
  readonly lockFile: string;
}

/** What was found at an entry's place. */
export type CacheState =
  | { readonly state: "valid"; readonly version: string }
  | { readonly state: "missing" }
  | { readonly state: "corrupted"; readonly reason: string };

const cachedFileSchema = z.object({
  name: z.string(),
  sha256: z.string(),
  size: z.number(),
  mtimeMs: z.number(),
  inode: z.number(),
});
const cacheRecordSchema = z.object({
  tool: z.string(),
  version: z.string(),
  source: z.string(),
  files: z.array(cachedFileSchema),
});

type CachedFile = z.infer<typeof cachedFileSchema>;
type CacheRecord = z.infer<typeof cacheRecordSchema>;

/** Cache of this user: `$CLAUDE_AGENTS_CACHE`, else `claude-agents/tools` in `$XDG_CACHE_HOME` or `~/.cache`. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const own = env["CLAUDE_AGENTS_CACHE"];
  if (own !== undefined && own !== "") return path.resolve(own);
  const cacheHome = env["XDG_CACHE_HOME"];
  const base =
    cacheHome !== undefined && path.isAbsolute(cacheHome) ? cacheHome : path.join(os.homedir(), ".cache");
  return path.join(base, "claude-agents", "tools");
}

/** Computes the places of a tool's entry; touches nothing. */
export function cacheEntryOf(spec: ToolSpec, platform: Platform, cacheDir: string): CacheEntry {
  const key = `${spec.version}-${platform.os}-${platform.arch}-${recipeDigest(spec)}`;
  const directory = path.join(cacheDir, spec.name, key);
  return {
    directory,
    program: path.join(directory, "bin", spec.name),
    recordFile: path.join(directory, "entry.json"),
    partialDirectory: `${directory}.partial`,
    lockFile: `${directory}.lock`,
  };
}

/** Changed build flags or download addresses make another entry. The clone's own location must not. */
function recipeDigest(spec: ToolSpec): string {
  const { packagePath, tags, stamps } = spec.goModule ?? {};
  const recipe = { download: spec.download?.url, packagePath, tags, stamps };
  return createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 8);
}

/**
 * Verifies an entry: every file's size, and its SHA-256 unless time stamp and inode are those recorded,
 * which makes a second look at an untouched entry cost no reading.
 */
export async function readCacheEntry(entry: CacheEntry): Promise<CacheState> {
  const record = await readRecord(entry);
  if (record === undefined) return { state: "missing" };
  if (record === "unreadable") return { state: "corrupted", reason: `${entry.recordFile} is unreadable` };
  const binaries = path.dirname(entry.program);
  let touched = false;
  for (const recorded of record.files) {
    const actual = await describeUnlessKnown(path.join(binaries, recorded.name), recorded);
    if (actual === undefined) return { state: "corrupted", reason: `${recorded.name} is missing` };
    if (actual.size !== recorded.size || actual.sha256 !== recorded.sha256) {
      return { state: "corrupted", reason: `${recorded.name} is not the file that was recorded` };
    }
    touched ||= actual !== recorded;
  }
  if (touched) await writeRecord(entry.directory, entry.recordFile, record);
  return { state: "valid", version: record.version };
}

/** Gives a finished partial entry its name. Must be called under the entry's lock. */
export async function publishCacheEntry(
  entry: CacheEntry,
  origin: Omit<CacheRecord, "files">,
): Promise<void> {
  const recordFile = path.join(entry.partialDirectory, path.basename(entry.recordFile));
  await writeRecord(entry.partialDirectory, recordFile, { ...origin, files: [] });
  await rm(entry.directory, { recursive: true, force: true });
  await rename(entry.partialDirectory, entry.directory);
}

/** Makes an empty place to put an entry together; what a killed process left there goes. Under the entry's lock. */
export async function openPartialEntry(entry: CacheEntry): Promise<{ binaries: string; program: string }> {
  await rm(entry.partialDirectory, { recursive: true, force: true });
  const binaries = path.join(entry.partialDirectory, "bin");
  await mkdir(binaries, { recursive: true });
  return { binaries, program: path.join(binaries, path.basename(entry.program)) };
}

async function readRecord(entry: CacheEntry): Promise<CacheRecord | "unreadable" | undefined> {
  let text: string;
  try {
    text = await readFile(entry.recordFile, "utf8");
  } catch {
    return (await fileStat(entry.directory)) === undefined ? undefined : "unreadable";
  }
  try {
    return cacheRecordSchema.parse(JSON.parse(text));
  } catch {
    return "unreadable";
  }
}

/** Describes all programs beside the record afresh and writes them with it, by way of a temporary name. */
async function writeRecord(directory: string, recordFile: string, record: CacheRecord): Promise<void> {
  const binaries = path.join(directory, "bin");
  const names = (await readdir(binaries)).toSorted();
  const files = await Promise.all(names.map((name) => describeFile(path.join(binaries, name))));
  const temporary = `${recordFile}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify({ ...record, files }, null, 2)}\n`);
  await rename(temporary, recordFile);
}

async function describeUnlessKnown(file: string, recorded: CachedFile): Promise<CachedFile | undefined> {
  const stats = await fileStat(file);
  if (stats === undefined) return undefined;
  const known =
    stats.size === recorded.size && stats.mtimeMs === recorded.mtimeMs && stats.ino === recorded.inode;
  return known ? recorded : describeFile(file);
}

async function describeFile(file: string): Promise<CachedFile> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const { size, mtimeMs, ino } = await stat(file);
  return { name: path.basename(file), sha256: hash.digest("hex"), size, mtimeMs, inode: ino };
}

function fileStat(file: string) {
  return stat(file).catch(() => undefined);
}
