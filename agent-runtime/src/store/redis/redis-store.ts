import { describeFault, type Logger } from "../../log.ts";
import type { Store, StoreEvent, Table, TableName } from "../contract.ts";
import { EventListeners } from "../event-listeners.ts";
import { parseStoreAddress, type StoreAddress } from "./address.ts";
import { eventMessage, readEventMessage } from "./event-message.ts";
import { GroupCommit } from "./group-commit.ts";
import { OperationSender } from "./operation-sender.ts";
import { ProcessReaper } from "./process-reaper.ts";
import { RedisCache } from "./redis-cache.ts";
import { RedisLedger } from "./redis-ledger.ts";
import { RedisTable } from "./redis-table.ts";
import { RedisUsage } from "./redis-usage.ts";
import { StoreLink } from "./store-link.ts";
import { channelOf } from "./store-session.ts";
import { DEFAULT_TIMINGS, type RedisTimings } from "./timings.ts";
import { within } from "./within.ts";

const CLOSE_MS = 3000;

interface RedisStoreOptions {
  readonly url: string;
  /** Of servers and Sentinels, unless the URL has one. */
  readonly password?: string;
  readonly log: Logger;
  readonly timings?: Partial<RedisTimings>;
}

/** The store of several processes: Redis 7 or Valkey. It connects in the background, and again after each loss. */
export class RedisStore implements Store {
  readonly kind = "redis";
  readonly ledger: RedisLedger;
  readonly cache: RedisCache;
  readonly usage: RedisUsage;
  readonly #address: StoreAddress;
  readonly #timings: RedisTimings;
  readonly #log: Logger;
  readonly #listeners: EventListeners;
  readonly #operations: OperationSender;
  readonly #link: StoreLink;
  readonly #commit: GroupCommit;
  readonly #reaper: ProcessReaper;
  readonly #timers: readonly NodeJS.Timeout[];

  /** @throws Error when the URL is not that of a store. */
  constructor({ url, password, log, timings: changed }: RedisStoreOptions) {
    const timings = { ...DEFAULT_TIMINGS, ...changed };
    this.#address = { ...(password === undefined ? {} : { password }), ...parseStoreAddress(url) };
    this.#timings = timings;
    this.#log = log;
    this.#listeners = new EventListeners(log);
    this.#operations = new OperationSender({ timings, log, session: () => this.#link.session });
    this.#link = this.#connect();
    const shared = { link: this.#link, operations: this.#operations, timings, log };
    this.#reaper = new ProcessReaper({ process: this.#operations.process, timings, log });
    this.#commit = new GroupCommit(shared);
    this.ledger = new RedisLedger({ ...shared, reaper: this.#reaper });
    this.cache = new RedisCache(shared);
    this.usage = new RedisUsage(shared);
    // Spread, so that many processes do not all look at the same moment.
    const everyMs = timings.heartbeatMs * (0.9 + Math.random() / 5);
    this.#timers = [
      setInterval(() => void this.#live(), everyMs).unref(),
      setInterval(() => void this.#link.checkMaster(), timings.masterCheckMs).unref(),
    ];
  }

  get isUp(): boolean {
    return this.#link.session !== undefined;
  }

  table(name: TableName): Table {
    const { database } = this.#address;
    return new RedisTable({ link: this.#link, name, database, timings: this.#timings });
  }

  async broadcast(topic: string, message: string): Promise<void> {
    const { general } = await this.#link.ready();
    const text = eventMessage({ kind: "broadcast", topic, message });
    await within(general.send(["PUBLISH", channelOf(this.#address.database), text]), this.#timings.commandMs);
  }

  watch(listener: (event: StoreEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.usage.stop();
    this.#commit.stop();
    if (this.isUp) await this.#operations.flush(CLOSE_MS);
    await this.#leave();
    await this.#link.close();
  }

  #connect(): StoreLink {
    return new StoreLink({
      address: this.#address,
      timings: this.#timings,
      log: this.#log,
      resume: (...session) => this.#operations.resume(...session),
      onUp: () => this.#listeners.tell({ kind: "connected" }),
      onDown: () => this.#listeners.tell({ kind: "lost" }),
      onMessage: (message) => {
        const event = readEventMessage(message);
        if (event !== undefined) this.#listeners.tell(event);
      },
    });
  }

  /** Shows that this process lives, and looks which others do not. */
  async #live(): Promise<void> {
    const { session } = this.#link;
    if (session === undefined) return;
    try {
      await this.#commit.beat(session);
      await session.refresh();
      await this.#reaper.reap(session);
    } catch (fault) {
      this.#log.warn({ fault: describeFault(fault) }, "the store did not answer a sign of life");
    }
  }

  /** What is done now nobody could do again after a failover. */
  async #leave(): Promise<void> {
    const { session } = this.#link;
    if (session === undefined) return;
    try {
      await this.#commit.now();
      await this.#reaper.leave(session);
    } catch (fault) {
      this.#log.warn({ fault: describeFault(fault) }, "the store could not be told that this process ends");
    }
  }
}
