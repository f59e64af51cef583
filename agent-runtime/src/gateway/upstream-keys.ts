import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describeFault, type Logger } from "../log.ts";

/** How long a key that the upstream refused is not used. */
const SET_ASIDE_MS = 5 * 60_000;

const KEY = /^[\x21-\x7e]{8,512}$/;

/**
 * Read again and again: a mounted secret is swapped by a symlink, some file systems announce no change, and Node's own
 * polling misses a change that comes before its first look.
 */
const POLL_MS = 1_000;

/** One key of the upstream. Its value is in no log and no JSON. */
export class UpstreamKey {
  readonly #value: string;
  /** By the monotonic clock. */
  usableFromMs = 0;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }
}

interface UpstreamKeysOptions {
  /** Monotonic. */
  readonly nowMs?: () => number;
  /** Told the position of a key, from 1, that is not used for a while. */
  readonly onSetAside?: (position: number) => void;
}

/** The keys by which the upstream knows this gateway, in the order in which they are preferred. */
export class UpstreamKeys {
  readonly #nowMs: () => number;
  readonly #onSetAside: ((position: number) => void) | undefined;
  #keys: readonly UpstreamKey[];

  /** @param values at least one. */
  constructor(values: readonly string[], { nowMs, onSetAside }: UpstreamKeysOptions = {}) {
    this.#nowMs = nowMs ?? (() => performance.now());
    this.#onSetAside = onSetAside;
    this.#keys = values.map((value) => new UpstreamKey(value));
  }

  /** The first key that is not set aside; if all are, the one whose time ends first. */
  current(): UpstreamKey {
    const [first] = this.#keys;
    if (first === undefined) throw new Error("there is no upstream key");
    if (first.usableFromMs === 0) return first;
    const now = this.#nowMs();
    return (
      this.#keys.find(({ usableFromMs }) => usableFromMs <= now) ??
      this.#keys.reduce((best, key) => (key.usableFromMs < best.usableFromMs ? key : best))
    );
  }

  /**
   * Does not use a key for 5 minutes, because the upstream does not accept it or its money is used up.
   *
   * @returns whether another key can be used instead.
   */
  setAside(key: UpstreamKey): boolean {
    const now = this.#nowMs();
    if (key.usableFromMs <= now) this.#onSetAside?.(this.#keys.indexOf(key) + 1);
    key.usableFromMs = now + SET_ASIDE_MS;
    return this.#keys.some(({ usableFromMs }) => usableFromMs <= now);
  }

  /** Takes other keys. One that was there before stays set aside. */
  replace(values: readonly string[]): void {
    const known = new Map(this.#keys.map((key) => [key.reveal(), key]));
    this.#keys = values.map((value) => known.get(value) ?? new UpstreamKey(value));
  }

  get count(): number {
    return this.#keys.length;
  }
}

/** The upstream's keys, which follow their file until closed. */
export interface OpenKeys {
  readonly keys: UpstreamKeys;
  close(): void;
}

/**
 * Takes the one key given, or reads keys from a file, one a line, and follows its changes. A change that leaves no valid
 * keys is logged, and the keys before it stay.
 *
 * @throws {Error} when the file cannot be read now or holds no valid keys.
 */
export function openUpstreamKeys(source: string | { readonly file: string }, log: Logger): OpenKeys {
  const onSetAside = (position: number) =>
    log.error({ position, minutes: SET_ASIDE_MS / 60_000 }, "the upstream refused a key, which is set aside");
  if (typeof source === "string") {
    return { keys: new UpstreamKeys([source], { onSetAside }), close: () => undefined };
  }
  const { file } = source;
  const text = readFileSync(file, "utf8");
  const keys = new UpstreamKeys(parseKeys(text, file), { onSetAside });
  return { keys, close: follow(file, text, keys, log) };
}

/** @returns a function that stops it. */
function follow(file: string, text: string, keys: UpstreamKeys, log: Logger): () => void {
  let seen = text;
  let lastFault: string | undefined;
  const look = async () => {
    try {
      const next = await readFile(file, "utf8");
      lastFault = undefined;
      if (next === seen) return;
      seen = next;
      keys.replace(parseKeys(next, file));
      log.info({ keys: keys.count }, "the upstream's keys were read again");
    } catch (fault) {
      const cause = describeFault(fault);
      if (cause.message === lastFault) return;
      lastFault = cause.message;
      log.error({ cause }, "the upstream's keys could not be read again; the last good ones stay");
    }
  };
  const timer = setInterval(() => void look(), POLL_MS).unref();
  return () => clearInterval(timer);
}

function parseKeys(text: string, file: string): string[] {
  const keys = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const faulty = keys.findIndex((key) => !KEY.test(key));
  if (keys.length === 0) throw new Error(`${file} holds no key; write one a line`);
  if (faulty !== -1) {
    throw new Error(`key ${faulty + 1} in ${file} is not valid; a key has 8 to 512 printable characters`);
  }
  return [...new Set(keys)];
}
