import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { type ByteStream, type TarEntry, tarSize, tarStream } from "./tar-stream.ts";

/**
 * Makes `file` the tar file of these entries. One that already holds these very bytes is left alone; anything else under
 * that name is replaced, in one step, by a file that is whole.
 *
 * @returns the file's size in bytes
 */
export async function publishArchive(
  file: string,
  entries: readonly TarEntry[],
  signal: AbortSignal,
): Promise<number> {
  const bytes = tarSize(entries);
  if (await holds(file, bytes, tarStream(entries), signal)) return bytes;
  await mkdir(path.dirname(file), { recursive: true });
  const partial = `${file}.partial`;
  try {
    await pipeline(tarStream(entries), createWriteStream(partial), { signal });
    await rename(partial, file);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await rm(partial, { force: true });
  }
  return bytes;
}

async function holds(file: string, bytes: number, wanted: ByteStream, signal: AbortSignal): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (found?.size !== bytes) return false;
  await using handle = await open(file);
  let buffer = Buffer.alloc(0);
  for await (const chunk of wanted) {
    signal.throwIfAborted();
    if (buffer.length < chunk.byteLength) buffer = Buffer.alloc(chunk.byteLength);
    const { bytesRead } = await handle.read(buffer, 0, chunk.byteLength);
    if (!buffer.subarray(0, bytesRead).equals(chunk)) return false;
  }
  return true;
}
