import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { describeFault, type Logger } from "../log.ts";
import type { CachedAnswer } from "./cached-answer.ts";

/** An answer and when it was fetched, in milliseconds since the epoch. */
export interface DatedAnswer {
  readonly answer: CachedAnswer;
  readonly fetchedAtMs: number;
}

type Entries = readonly (readonly [key: string, entry: DatedAnswer])[];

const FILE = "models-cache.json";
const VERSION = 1;

/** Twice what the cache holds at most: a file that is larger is not one that it wrote. */
const MAX_FILE_BYTES = 8 * 1024 ** 2;

const fileSchema = z.strictObject({
  version: z.literal(VERSION),
  baseUrl: z.string(),
  entries: z.array(
    z.strictObject({
      // Begins with the path, version and betas of its request, as the cache writes them.
      key: z.string().regex(/^\["[^"\\]+",/),
      status: z.literal(200),
      contentType: z.string(),
      body: z.string(),
      fetchedAtMs: z.number(),
    }),
  ),
});

interface ModelsFileOptions {
  readonly folder: string;
  readonly baseUrl: string;
  readonly log: Logger;
}

/** The cache's entries on disk, of one upstream. Neither reading nor writing ever fails the program. */
export class ModelsFile {
  readonly #path: string;
  readonly #baseUrl: string;
  readonly #log: Logger;
  #writing: Promise<void> = Promise.resolve();
  #isWriteDue = false;

  constructor({ folder, baseUrl, log }: ModelsFileOptions) {
    this.#path = join(folder, FILE);
    this.#baseUrl = baseUrl;
    this.#log = log;
  }

  /** What an earlier process has written for the same upstream; nothing when the file is missing or cannot be used. */
  async read(): Promise<Entries> {
    try {
      const { size } = await stat(this.#path);
      if (size > MAX_FILE_BYTES)
        throw new RangeError(`it has ${size} bytes, at most ${MAX_FILE_BYTES} are read`);
      const { baseUrl, entries } = fileSchema.parse(JSON.parse(await readFile(this.#path, "utf8")));
      return baseUrl === this.#baseUrl ? entries.map(toEntry) : [];
    } catch (fault) {
      if (!isMissing(fault)) this.#warn(fault, "the file of models cannot be used; they are fetched anew");
      return [];
    }
  }

  /** Writes the entries as they are when their turn comes; what is asked for meanwhile is one write more. */
  write(entries: () => Entries): void {
    if (this.#isWriteDue) return;
    this.#isWriteDue = true;
    this.#writing = this.#writing.then(async () => {
      this.#isWriteDue = false;
      await this.#replace(entries()).catch((fault: unknown) => {
        this.#warn(fault, "the file of models could not be written; it is tried again with the next change");
      });
    });
  }

  /** Settles when nothing is being written. */
  idle(): Promise<void> {
    return this.#writing;
  }

  /** A reader sees the old file or the new one, also after a power failure. */
  async #replace(entries: Entries): Promise<void> {
    const temporary = `${this.#path}.${process.pid}.tmp`;
    const text = JSON.stringify({
      version: VERSION,
      baseUrl: this.#baseUrl,
      entries: entries.map(([key, entry]) => fromEntry(key, entry)),
    });
    await mkdir(dirname(temporary), { recursive: true, mode: 0o700 });
    try {
      await using file = await open(temporary, "w", 0o600);
      await file.writeFile(text);
      await file.sync();
      await rename(temporary, this.#path);
    } catch (fault) {
      await rm(temporary, { force: true });
      throw fault;
    }
  }

  #warn(fault: unknown, message: string): void {
    this.#log.warn({ file: this.#path, fault: describeFault(fault) }, message);
  }
}

type FileEntry = z.output<typeof fileSchema>["entries"][number];

function toEntry({ key, status, contentType, body, fetchedAtMs }: FileEntry): [string, DatedAnswer] {
  return [key, { answer: { status, contentType, body: Buffer.from(body) }, fetchedAtMs }];
}

function fromEntry(key: string, { answer, fetchedAtMs }: DatedAnswer) {
  return {
    key,
    status: answer.status,
    contentType: answer.contentType,
    body: answer.body.toString(),
    fetchedAtMs,
  };
}

function isMissing(fault: unknown): boolean {
  return fault instanceof Error && "code" in fault && fault.code === "ENOENT";
}
