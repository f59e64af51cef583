import { setTimeout as sleep } from "node:timers/promises";
import { describeFault, type Logger } from "../../log.ts";
import { StoreUnavailableError } from "../contract.ts";
import type { Endpoint, StoreAddress } from "./address.ts";
import { findMaster } from "./find-master.ts";
import { StoreSession } from "./store-session.ts";
import type { RedisTimings } from "./timings.ts";
import { within } from "./within.ts";

const FIRST_BACK_OFF_MS = 50;
/** A session that lasted so long was a good one: the next attempt is made at once. */
const GOOD_SESSION_MS = 5000;
const LOG_AGAIN_MS = 60_000;
const NOT_CONNECTED = "The store is not connected.";

interface StoreLinkOptions {
  readonly address: StoreAddress;
  readonly timings: RedisTimings;
  readonly log: Logger;
  /**
   * Brings a new session up to date and then calls `activate`, at a moment when there is nothing left to bring. Another
   * master than before, or one that was restarted, may lack what was done last.
   */
  readonly resume: (session: StoreSession, isOtherServer: boolean, activate: () => void) => Promise<void>;
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly onMessage: (message: string) => void;
}

/** Keeps a session with the master, for as long as the process lives. */
export class StoreLink {
  readonly #options: StoreLinkOptions;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #session: StoreSession | undefined;
  #next = Promise.withResolvers<StoreSession>();
  #lastRunId: string | undefined;
  #downSinceMs = performance.now();
  #failures = 0;
  #logged: { readonly message: string; readonly atMs: number } | undefined;

  constructor(options: StoreLinkOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  /** The session, while commands are answered. */
  get session(): StoreSession | undefined {
    return this.#session;
  }

  /**
   * Waits for a session for the time of one command, counted from the loss of the last one: a short interruption is
   * bridged, and during a long one everybody learns at once that there is none.
   *
   * @throws {StoreUnavailableError}
   */
  async ready(): Promise<StoreSession> {
    if (this.#session !== undefined) return this.#session;
    const leftMs = this.#downSinceMs + this.#options.timings.commandMs - performance.now();
    if (leftMs <= 0 || this.#closing.signal.aborted) throw new StoreUnavailableError(NOT_CONNECTED);
    return await within(this.#next.promise, leftMs, NOT_CONNECTED);
  }

  /** Ends the session if the Sentinels name another master by now. */
  async checkMaster(): Promise<void> {
    const { address, timings, log } = this.#options;
    const session = this.#session;
    if (session === undefined || address.kind === "server") return;
    try {
      const master = await findMaster(address, timings.connectMs);
      if (isSame(master, session.endpoint)) return;
      session.end(
        new StoreUnavailableError(`The Sentinels name another master: ${master.host}:${master.port}.`),
      );
    } catch (fault) {
      log.warn({ fault: describeFault(fault) }, "the Sentinels cannot be asked");
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const startedMs = performance.now();
      const cause = await this.#hold();
      if (performance.now() - startedMs > GOOD_SESSION_MS) this.#failures = 0;
      if (signal.aborted) return;
      this.#logLoss(cause);
      if (this.#failures > 0)
        await sleep(this.#backOffMs(), undefined, { signal, ref: false }).catch(() => undefined);
      this.#failures += 1;
    }
  }

  /** One session, from the search for the master to its end. @returns why it ended, or why there was none. */
  async #hold(): Promise<unknown> {
    const { resume, onUp, onDown } = this.#options;
    let session: StoreSession | undefined;
    let isOver = false;
    try {
      session = await this.#open();
      const opened = session;
      const isOtherServer = this.#lastRunId !== undefined && this.#lastRunId !== opened.runId;
      await Promise.race([
        resume(opened, isOtherServer, () => {
          if (!isOver) this.#activate(opened);
        }),
        opened.ended.then((cause) => Promise.reject(cause)),
      ]);
      onUp();
      return await opened.ended;
    } catch (fault) {
      session?.end(fault instanceof Error ? fault : new Error(String(fault)));
      return fault;
    } finally {
      isOver = true;
      if (this.#session !== undefined) {
        this.#session = undefined;
        this.#downSinceMs = performance.now();
        this.#next = Promise.withResolvers<StoreSession>();
        onDown();
      }
    }
  }

  async #open(): Promise<StoreSession> {
    const { address, timings, onMessage } = this.#options;
    const endpoint =
      address.kind === "server" ? address.endpoint : await findMaster(address, timings.connectMs);
    const session = await StoreSession.open({ endpoint, address, timings, onMessage });
    const { signal } = this.#closing;
    const end = () => session.end(new StoreUnavailableError("The store was closed."));
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    void session.ended.then(() => signal.removeEventListener("abort", end));
    return session;
  }

  #activate(session: StoreSession): void {
    const { log } = this.#options;
    this.#session = session;
    this.#lastRunId = session.runId;
    this.#logged = undefined;
    this.#next.resolve(session);
    log.info({ host: session.endpoint.host, port: session.endpoint.port }, "the store is connected");
  }

  #backOffMs(): number {
    const longest = Math.min(FIRST_BACK_OFF_MS * 2 ** (this.#failures - 1), this.#options.timings.backOffMs);
    return longest * (0.5 + Math.random() / 2);
  }

  /** Says each new reason once, and the same one once a minute. */
  #logLoss(cause: unknown): void {
    const fault = describeFault(cause);
    const nowMs = performance.now();
    const isKnown = this.#logged?.message === fault.message && nowMs - this.#logged.atMs < LOG_AGAIN_MS;
    if (isKnown) return;
    this.#logged = { message: fault.message, atMs: nowMs };
    this.#options.log.warn({ fault }, "the store is not connected; trying again");
  }
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.host === other.host && one.port === other.port;
}
