import { readFileSync, renameSync } from "node:fs";
import { mkdir, open, rename } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { describeFault, type Logger } from "../../log.ts";

const DELAY_MS = 1000;
/** Writing takes at most this part of the time, however much there is to write. */
const MAX_BUSY_SHARE = 0.05;

interface SnapshotFileOptions<T> {
  readonly file: string;
  readonly schema: z.ZodType<T>;
  readonly log: Logger;
  /** What the file shall hold. */
  readonly content: () => T;
}

/**
 * A JSON file that follows a value in memory. It is replaced as a whole about a second after a change, so that a crash
 * at any moment leaves the old or the new one.
 */
export class SnapshotFile<T> {
  readonly #options: SnapshotFileOptions<T>;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isDirty = false;
  #delayMs = DELAY_MS;

  constructor(options: SnapshotFileOptions<T>) {
    this.#options = options;
  }

  /** @returns undefined when there is no file, or none that can be read: such a one is set aside under another name. */
  load(): T | undefined {
    const { file, schema, log } = this.#options;
    try {
      return schema.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch (fault) {
      if (fault instanceof Error && "code" in fault && fault.code === "ENOENT") return undefined;
      // Values of the file may be secret, and a parser's message quotes them.
      log.warn(
        { file, cause: fault instanceof Error ? fault.name : "", movedTo: this.#setAside() },
        NOT_READABLE,
      );
      return undefined;
    }
  }

  /** Says that the value has changed. */
  changed(): void {
    this.#isDirty = true;
    this.#timer ??= setTimeout(() => void this.flush(), this.#delayMs).unref();
  }

  /** Writes what has changed since the last time. Never throws: a fault is logged, and the next change tries again. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isDirty) this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { file, content, log } = this.#options;
    if (!this.#isDirty) return;
    this.#isDirty = false;
    try {
      const startedMs = performance.now();
      const text = JSON.stringify(content());
      this.#delayMs = Math.max(DELAY_MS, (performance.now() - startedMs) / MAX_BUSY_SHARE);
      await replaceFile(file, text);
    } catch (fault) {
      this.#isDirty = true;
      log.error({ file, fault: describeFault(fault) }, "the store's data could not be written to its folder");
    }
  }

  #setAside(): string | undefined {
    const aside = `${this.#options.file}.unreadable-${Date.now()}`;
    try {
      renameSync(this.#options.file, aside);
      return aside;
    } catch {
      return undefined;
    }
  }
}

const NOT_READABLE = "the store's data cannot be read; it was set aside, and what it held begins empty";

async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.new`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
