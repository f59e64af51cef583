import { on } from "node:events";
import { constants, watch } from "node:fs";
import { copyFile, open, stat, truncate } from "node:fs/promises";
import path from "node:path";

/**
 * Keeps a log within bounds: once it is larger than `maxBytes` its content moves to `<file>.1` (replacing what was
 * there) and the file begins again. Safe while a process appends to it, save for lines written in that very moment.
 * A running process's log is bounded whenever somebody calls this, not by itself.
 */
export async function boundLog(file: string, maxBytes: number): Promise<void> {
  if ((await sizeOf(file)) <= maxBytes) return;
  await copyFile(file, `${file}.1`, constants.COPYFILE_FICLONE);
  await truncate(file, 0);
}

/** Size in bytes; 0 for a file that does not exist. */
async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  return found?.size ?? 0;
}

export interface TailOptions {
  /** How many of the last lines come first; 50 when absent. */
  lines?: number;
  /** Goes on with lines as they are written, until `signal`. */
  follow?: boolean;
  signal?: AbortSignal | undefined;
}

const DEFAULT_LINES = 50;

/** The last lines of a log; of a file that does not exist, none. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  const reader = new LineReader(file);
  const lines = await reader.readNew();
  return lastOf([...lines, ...reader.takeRest()], count);
}

/**
 * The last lines of a log, and with `follow` those to come. A file that does not exist yet is an empty one; its
 * folder must exist.
 */
export async function* tailLog(file: string, options: TailOptions = {}): AsyncGenerator<string> {
  const wanted = options.lines ?? DEFAULT_LINES;
  if (!options.follow) {
    yield* await lastLines(file, wanted);
    return;
  }
  const reader = new LineReader(file);
  let isFirst = true;
  for await (const _ of changesOf(file, options.signal)) {
    const lines = await reader.readNew();
    yield* isFirst ? lastOf(lines, wanted) : lines;
    isFirst = false;
  }
}

function lastOf(lines: string[], count: number): string[] {
  return lines.slice(Math.max(0, lines.length - count));
}

/** Yields once at the start, then after each change of the file; ends when aborted. */
async function* changesOf(file: string, signal: AbortSignal | undefined): AsyncGenerator<void> {
  // The folder is watched, for the file may not exist yet or be replaced.
  const watcher = watch(path.dirname(file));
  try {
    // Listening begins here, before the first look at the file, so that no change falls in between.
    const changes = on(watcher, "change", { ...(signal === undefined ? {} : { signal }) });
    yield;
    for await (const [, name] of changes) {
      if (name === null || name === path.basename(file)) yield;
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    watcher.close();
  }
}

/** Reads a growing file line by line, and from its start again after it was cut. */
class LineReader {
  readonly #file: string;
  #position = 0;
  #rest = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
  }

  /** Complete lines written since the last call. */
  async readNew(): Promise<string[]> {
    const size = await sizeOf(this.#file);
    if (size < this.#position) {
      this.#position = 0;
      this.#rest = Buffer.alloc(0);
    }
    if (size === this.#position) return [];
    const text = Buffer.concat([this.#rest, await this.#readTo(size)]);
    const end = text.lastIndexOf("\n") + 1;
    this.#rest = text.subarray(end);
    return end === 0 ? [] : text.toString("utf8", 0, end - 1).split("\n");
  }

  /** The last line if it has no end yet. */
  takeRest(): string[] {
    return this.#rest.length === 0 ? [] : [this.#rest.toString("utf8")];
  }

  async #readTo(size: number): Promise<Buffer> {
    const handle = await open(this.#file, "r");
    try {
      const buffer = Buffer.alloc(size - this.#position);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.#position);
      this.#position += bytesRead;
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }
}
