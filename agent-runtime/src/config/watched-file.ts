import type { FSWatcher } from "chokidar";
import { describeFault, type Logger } from "../log.ts";
import type { ConfigReloadMetrics, ReloadedFile } from "../metrics/config-reloads.ts";
import { ConfigError } from "./config-error.ts";
import { type MountedFile, readMountedFiles } from "./mounted-files.ts";

interface WatchedFileOptions<T> {
  readonly folder: string;
  /** Name in logs and metrics. */
  readonly file: ReloadedFile;
  /** Which files of the folder, not of folders in it, belong to the set. */
  readonly matches: (name: string) => boolean;
  /** Makes the value of the files that are there, none for the defaults. @throws {ConfigError} with every fault. */
  readonly parse: (files: readonly MountedFile[]) => T;
  readonly log: Logger;
  readonly reloads: ConfigReloadMetrics;
}

/** Time without a further event after which files are read: one change of a ConfigMap is a handful of events. */
const QUIET_MS = 100;

/**
 * A value that is read from one or several mounted files, again whenever they change. Files with a fault are refused: the
 * faults are logged in one line and counted, and the last good value stays. Removed files are a change like any other, to
 * the defaults. The value is there when the constructor returns; watching begins with `watch`.
 */
export class WatchedFile<T> {
  readonly #options: WatchedFileOptions<T>;
  readonly #listeners = new Set<(value: T) => void>();
  /** What was read last, good or bad: an event without a change is no reload. */
  #seen: string;
  #current: T;
  #watcher: FSWatcher | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isCurrent = true;

  /** @throws {ConfigError} when the files have a fault: there is no last good value at start. */
  constructor(options: WatchedFileOptions<T>) {
    this.#options = options;
    const files = readMountedFiles(options.folder, options.matches);
    this.#seen = JSON.stringify(files);
    this.#current = options.parse(files);
  }

  /** The value of the last good files. */
  get current(): T {
    return this.#current;
  }

  /** Whether the files that are there are in force; false while they have a fault. */
  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  /** Calls the listener with each new value. @returns a function that ends this. */
  onChange(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Begins to watch the folder; to be called once, after the program has started, which it would delay. What changed
   * since the start is noticed. Never rejects: a folder that cannot be watched is logged, and changes then need a restart.
   */
  async watch(): Promise<void> {
    const { folder, file, log } = this.#options;
    const cannotWatch = (fault: unknown) =>
      log.error({ file, folder, fault: describeFault(fault) }, "configuration files cannot be watched");
    try {
      const { watch } = await import("chokidar");
      if (this.#isClosed) return;
      // Links are watched as themselves: a ConfigMap changes by its link `..data` being pointed elsewhere.
      const watcher = watch(folder, { depth: 0, ignoreInitial: true, followSymlinks: false });
      this.#watcher = watcher.on("all", () => this.#readWhenQuiet()).on("error", cannotWatch);
      await new Promise<void>((resolve) => watcher.once("ready", resolve));
      this.#readAgain();
    } catch (fault) {
      cannotWatch(fault);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#quiet);
    this.#listeners.clear();
    await this.#watcher?.close();
  }

  #readWhenQuiet(): void {
    clearTimeout(this.#quiet);
    if (this.#isClosed) return;
    this.#quiet = setTimeout(() => this.#readAgain(), QUIET_MS);
    this.#quiet.unref();
  }

  #readAgain(): void {
    const { file, folder, matches, parse, log } = this.#options;
    let value: T;
    let files: readonly MountedFile[];
    try {
      files = readMountedFiles(folder, matches);
    } catch (thrown) {
      this.#seen = "";
      this.#refuse(thrown);
      return;
    }
    if (!this.#isNew(JSON.stringify(files))) return;
    try {
      value = parse(files);
    } catch (thrown) {
      this.#refuse(thrown);
      return;
    }
    this.#current = value;
    this.#isCurrent = true;
    this.#options.reloads.taken(file);
    log.info({ file, files: files.map(({ name }) => name) }, "configuration changed: new files are in force");
    for (const listener of this.#listeners) listener(value);
  }

  #isNew(content: string): boolean {
    const isNew = content !== this.#seen;
    this.#seen = content;
    return isNew;
  }

  /** Whatever is wrong with a file, even what its parser did not foresee, must not end a process that serves. */
  #refuse(thrown: unknown): void {
    this.#isCurrent = false;
    const { file, log, reloads } = this.#options;
    reloads.refused(file);
    const reason =
      thrown instanceof ConfigError ? { faults: thrown.faults } : { fault: describeFault(thrown) };
    log.error({ file, ...reason }, "configuration refused: the last good files stay in force");
  }
}
