import type { Logger } from "../../log.ts";
import { KEY_TAG } from "./ledger-script.ts";
import { pairsOf } from "./replies.ts";
import type { StoreSession } from "./store-session.ts";
import type { RedisTimings } from "./timings.ts";
import { within } from "./within.ts";

interface ProcessReaperOptions {
  /** Of this process, which is never gone. */
  readonly process: string;
  readonly timings: RedisTimings;
  readonly log: Logger;
}

interface Observation {
  readonly beats: string;
  readonly sinceMs: number;
}

/**
 * Charges what processes held that are gone. Gone is whose beats stood still for as long as this process has watched, by
 * its own monotonic clock: neither a clock that jumps nor a store that was away makes a living process look dead.
 */
export class ProcessReaper {
  readonly #options: ProcessReaperOptions;
  #session: StoreSession | undefined;
  #seen = new Map<string, Observation>();

  constructor(options: ProcessReaperOptions) {
    this.#options = options;
  }

  /** @returns how many leases were charged. @throws {StoreUnavailableError} */
  async reap(session: StoreSession): Promise<number> {
    const { log, timings } = this.#options;
    const reply = await within(session.general.send(["HGETALL", `${KEY_TAG}:processes`]), timings.commandMs);
    let charged = 0;
    for (const [process, beats] of this.#goneAmong(session, pairsOf(reply))) {
      const leases = await this.#chargeAll(session, process, beats);
      charged += leases;
      log.warn({ process, leases }, "a process is gone; what it held was charged at its bound");
    }
    return charged;
  }

  /** Charges what this process still holds, and forgets it. */
  async leave(session: StoreSession): Promise<void> {
    await this.#chargeAll(session, this.#options.process, "");
  }

  #goneAmong(session: StoreSession, processes: readonly [process: string, beats: string][]) {
    const { process: own, timings } = this.#options;
    // While there was no session nobody could be watched.
    const known = this.#session === session ? this.#seen : new Map<string, Observation>();
    const nowMs = performance.now();
    this.#session = session;
    this.#seen = new Map(
      processes.map(([process, beats]) => {
        const before = known.get(process);
        return [process, before?.beats === beats ? before : { beats, sinceMs: nowMs }];
      }),
    );
    return [...this.#seen]
      .filter(([process, { sinceMs }]) => process !== own && nowMs - sinceMs >= timings.goneAfterMs)
      .map(([process, { beats }]) => [process, beats] as const);
  }

  async #chargeAll(session: StoreSession, process: string, beats: string): Promise<number> {
    let charged = 0;
    let cursor = "0";
    do {
      const reply = session.general.send(session.run("reap", process, beats, cursor));
      const [leases, next] = (await within(reply, this.#options.timings.commandMs)) as [number, string];
      charged += leases;
      cursor = next;
    } while (cursor !== "0");
    return charged;
  }
}
