/**
 * A client of the store for drills. It runs inside a pod, because only there the names of the store's pods resolve:
 * `start-store-client.ts` bundles this file and gives it to Node by standard input.
 *
 * It writes numbered fields of one hash at a fixed rate until it is told to stop, then counts which of them the store
 * still has, and deletes the hash. Each event is one JSON line on standard output, the last one is the summary.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createStore, type Store, type StoreConnection } from "./store-connection.ts";
import type { StoreEvent } from "./store-events.ts";
import { StoreTally } from "./store-tally.ts";

export interface StoreClientOptions {
  readonly writesPerSecond: number;
  /** Whether each write waits until a replica has it (`WAIT`), for half a second at most. */
  readonly confirmed: boolean;
  /** Pods of the store, each with a Sentinel. */
  readonly pods: number;
}

/** A write begins at most this late, unless the process is busy. */
const TICK_MS = 5;
const CONFIRMATION_TIMEOUT_MS = 500;
/** Writes that wait for a confirmation at the same time. */
const LANES = 8;
const REPORTED_GAP_MS = 1000;
/** For writes that are under way when the client is told to stop. */
const DRAIN_MS = 10_000;
/** For the store to answer what it has, after the drill. */
const VERIFICATION_MS = 60_000;

/** Runs until the first of `lines`, or their end. Started in the pod with what `start-store-client.ts` sends. */
export async function main(lines: AsyncIterator<string>, options: StoreClientOptions): Promise<void> {
  const writer = new StoreWriter(options);
  await writer.start();
  await lines.next();
  await writer.stop();
}

class StoreWriter {
  readonly #options: StoreClientOptions;
  /** Begins as the runtime's keys do: its user has no others. */
  readonly #key = `{claude-agents}:drill:${process.pid}:${Date.now()}`;
  readonly #tally: StoreTally;
  readonly #sentinel: Store;
  readonly #underWay = new Set<Promise<void>>();
  /** Connections for confirmed writes, each with the end of its last write. */
  readonly #lanes: { readonly connection: StoreConnection; end: Promise<void> }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #startedMs = 0;
  #lastSuccessMs: number | undefined;

  constructor(options: StoreClientOptions) {
    this.#options = options;
    this.#tally = new StoreTally(options.confirmed);
    this.#sentinel = createStore(options.pods, options.confirmed ? LANES : 0);
    // Errors come as text where a connection for a look at the Sentinels fails.
    this.#sentinel.on("error", (error: unknown) => this.#tally.connectionFailed(classify(error)));
    this.#sentinel.on("topology-change", ({ type, node }) => {
      if (type === "MASTER_CHANGE") print({ event: "master", time: Date.now(), master: node.host });
    });
  }

  async start(): Promise<void> {
    await this.#sentinel.connect();
    const master = this.#sentinel.getMasterNode()?.host ?? "unknown";
    print({ event: "connected", time: Date.now(), master });
    for (let lane = 0; this.#options.confirmed && lane < LANES; lane++) {
      this.#lanes.push({ connection: await this.#sentinel.acquire(), end: Promise.resolve() });
    }
    this.#startedMs = performance.now();
    const intervalMs = 1000 / this.#options.writesPerSecond;
    let begun = 0;
    this.#timer = setInterval(() => {
      for (; begun * intervalMs <= this.#nowMs(); begun++) this.#begin(begun);
    }, TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const untilMs = this.#nowMs();
    await Promise.race([Promise.all(this.#underWay), sleep(DRAIN_MS)]);
    this.#tally.close();
    const stored = await this.#readStored();
    print({ event: "summary", time: Date.now(), summary: this.#tally.summary(stored, untilMs) });
    await Promise.race([this.#sentinel.del(this.#key), sleep(DRAIN_MS)]).catch(() => undefined);
  }

  #nowMs(): number {
    return performance.now() - this.#startedMs;
  }

  #begin(write: number): void {
    this.#tally.sent();
    const work = (this.#options.confirmed ? this.#writeInLane(write) : this.#writePlain(write)).catch(
      (error: unknown) => this.#tally.failed(write, classify(error)),
    );
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  async #writePlain(write: number): Promise<void> {
    await this.#sentinel.hSet(this.#key, String(write), "1");
    this.#tally.acknowledged(write, this.#nowMs());
    this.#succeeded();
  }

  async #writeInLane(write: number): Promise<void> {
    const lane = this.#lanes[write % LANES];
    if (lane === undefined) throw new Error(`there is no connection for write ${write}`);
    const work = lane.end.then(() => this.#writeConfirmed(lane.connection, write));
    lane.end = work.catch(() => undefined);
    await work;
  }

  /**
   * `WAIT` speaks of its own connection only, and the client may move to another one between two commands, where it
   * would confirm a write that it knows nothing of. A name that is still there afterwards proves that it did not.
   */
  async #writeConfirmed(connection: StoreConnection, write: number): Promise<void> {
    const name = `${this.#key}:${write}`;
    await connection.clientSetName(name);
    const written = connection
      .hSet(this.#key, String(write), "1")
      .then(() => this.#tally.acknowledged(write, this.#nowMs()));
    const [replicas] = await Promise.all([connection.wait(1, CONFIRMATION_TIMEOUT_MS), written]);
    if (replicas < 1) throw new Error("UNCONFIRMED no replica in time");
    if ((await connection.clientGetName()) !== name) throw new Error("UNCONFIRMED connection changed");
    this.#tally.confirmed(write, this.#nowMs());
    this.#succeeded();
  }

  #succeeded(): void {
    const nowMs = this.#nowMs();
    const time = Date.now();
    if (this.#lastSuccessMs === undefined) print({ event: "writing", time });
    else if (nowMs - this.#lastSuccessMs >= REPORTED_GAP_MS) {
      print({ event: "resumed", time, gapMs: nowMs - this.#lastSuccessMs });
    }
    this.#lastSuccessMs = nowMs;
  }

  /** @throws the store's last error where it does not answer in time */
  async #readStored(): Promise<Set<number>> {
    const deadlineMs = performance.now() + VERIFICATION_MS;
    for (;;) {
      try {
        const fields = await Promise.race([this.#sentinel.hGetAll(this.#key), sleep(DRAIN_MS)]);
        if (fields === undefined) throw new Error("no answer to HGETALL");
        return new Set(Object.keys(fields).map(Number));
      } catch (error) {
        if (performance.now() > deadlineMs) throw error;
        await sleep(500);
      }
    }
  }
}

/** The code of a refusal (`NOREPLICAS`) or of a failed connection (`ECONNREFUSED`), else the beginning of the text. */
function classify(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  const text = error instanceof Error ? error.message : String(error);
  return /^[A-Z]{4,}/.exec(text)?.[0] ?? text.slice(0, 60);
}

function print(event: StoreEvent): void {
  console.log(JSON.stringify(event));
}
