import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { type ContentBlob, streamBlob, streamOf } from "./blob.ts";
import type { LayerRecipe } from "./recipe.ts";
import { type TarEntry, tarSize, tarStream } from "./tar-stream.ts";

/** Not compressed: composing and unpacking on the same machine is faster without, and the digests depend on no library. */
const LAYER_MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar";

const EXECUTABLE_MODE = 0o755;
const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;
const SHARED_DIRECTORY_MODE = 0o1777;
const SHARED_DIRECTORY = "/tmp";

const READ_CHUNK_BYTES = 1024 * 1024;

/** Packs a layer. Reads its files once to learn the digest; their bytes are streamed, never kept. */
export async function buildLayer(recipe: LayerRecipe, signal?: AbortSignal): Promise<ContentBlob> {
  const entries = await layerEntries(recipe, signal);
  return streamBlob(LAYER_MEDIA_TYPE, tarSize(entries), () => tarStream(entries));
}

/**
 * Entries of a layer sorted by path, so that a folder comes before what lies in it.
 *
 * @throws Error when a path is given twice or not absolute, or a file of the machine is missing.
 */
export async function layerEntries(recipe: LayerRecipe, signal?: AbortSignal): Promise<TarEntry[]> {
  const contents = await Promise.all([
    ...Object.entries(recipe.files ?? {}).map(([target, source]) => fileEntry(target, source, signal)),
    ...Object.entries(recipe.texts ?? {}).map(([target, text]) => textEntry(target, text)),
  ]);
  const entries = new Map<string, TarEntry>();
  for (const directory of recipe.directories ?? []) addDirectories(entries, relative(directory));
  for (const entry of contents) {
    addDirectories(entries, path.posix.dirname(entry.path));
    add(entries, entry);
  }
  return [...entries.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function fileEntry(target: string, source: string, signal?: AbortSignal): Promise<TarEntry> {
  const { mode, size } = await stat(source).catch((cause) => {
    throw new Error(`${target} of an image is ${source}, which cannot be read.`, { cause });
  });
  return {
    type: "file",
    path: relative(target),
    // Read and write bits follow the umask of whoever made the file; only the executable bit means something.
    mode: (mode & 0o100) === 0 ? FILE_MODE : EXECUTABLE_MODE,
    size,
    content: () => readChunks(source, signal),
  };
}

async function* readChunks(file: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(file, { highWaterMark: READ_CHUNK_BYTES })) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

function textEntry(target: string, text: string): TarEntry {
  const bytes = Buffer.from(text);
  return {
    type: "file",
    path: relative(target),
    mode: FILE_MODE,
    size: bytes.byteLength,
    content: () => streamOf(bytes),
  };
}

function addDirectories(entries: Map<string, TarEntry>, directory: string): void {
  if (directory === ".") return;
  addDirectories(entries, path.posix.dirname(directory));
  const mode = `/${directory}` === SHARED_DIRECTORY ? SHARED_DIRECTORY_MODE : DIRECTORY_MODE;
  add(entries, { type: "directory", path: directory, mode });
}

function add(entries: Map<string, TarEntry>, entry: TarEntry): void {
  const present = entries.get(entry.path);
  if (present?.type === "file" || (present !== undefined && entry.type === "file")) {
    throw new Error(`/${entry.path} is given twice in one layer. Give it once, as a file or as a folder.`);
  }
  entries.set(entry.path, entry);
}

/** A path as it stands in a tar file; one that is not absolute or not in its shortest form would end up elsewhere. */
function relative(target: string): string {
  if (/^\/.*[^/]$/.test(target) && path.posix.normalize(target) === target) return target.slice(1);
  throw new Error(
    `${JSON.stringify(target)} is no absolute path in its shortest form, such as /app/main.mjs.`,
  );
}
