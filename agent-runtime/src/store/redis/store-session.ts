import { StoreUnavailableError } from "../contract.ts";
import type { Endpoint, StoreAddress } from "./address.ts";
import { KEY_TAG, LEDGER_SCRIPTS, type LedgerScript } from "./ledger-script.ts";
import { RedisConnection } from "./redis-connection.ts";
import { infoOf } from "./replies.ts";
import type { RedisTimings } from "./timings.ts";
import { within } from "./within.ts";

type Digests = Readonly<Record<LedgerScript, string>>;

interface SessionOptions {
  readonly endpoint: Endpoint;
  readonly address: StoreAddress;
  readonly timings: RedisTimings;
  readonly onMessage: (message: string) => void;
}

/**
 * Connections to one master, from the first greeting to the first fault of any of them: all end together. What must not
 * wait for another has its own connection.
 */
export class StoreSession {
  /** Operations of the ledger, in the order of their numbers. */
  readonly ledger: RedisConnection;
  /** Whatever ends with a `WAIT`, which blocks its connection. */
  readonly confirming: RedisConnection;
  /** Everything else: it may be large. */
  readonly general: RedisConnection;
  readonly endpoint: Endpoint;
  /** Another one after each start of a server. */
  readonly runId: string;
  /** Whether a replica was ever connected to this master during the session. */
  hasReplicas: boolean;
  readonly #digests: Digests;
  readonly #end: SessionEnd;
  readonly #timings: RedisTimings;
  readonly #connections: SessionParts["connections"];
  readonly #pingTimer: NodeJS.Timeout;

  private constructor(parts: SessionParts, { endpoint, timings }: SessionOptions) {
    const [ledger, confirming, general] = parts.connections;
    this.ledger = ledger;
    this.confirming = confirming;
    this.general = general;
    this.endpoint = endpoint;
    this.runId = parts.info.get("run_id") ?? "";
    this.hasReplicas = replicasOf(parts.info) > 0;
    this.#digests = parts.digests;
    this.#end = parts.end;
    this.#timings = timings;
    this.#connections = parts.connections;
    this.#pingTimer = setInterval(() => void this.#ping(), timings.pingMs).unref();
    void this.ended.then(() => clearInterval(this.#pingTimer));
  }

  /** @throws {StoreUnavailableError} when there is no server, or none that can be used. */
  static async open(options: SessionOptions): Promise<StoreSession> {
    const end = new SessionEnd();
    const connect = async () =>
      end.own(await RedisConnection.open(connectionTo(options), (cause) => end.now(cause)));
    try {
      const connections = await Promise.all([connect(), connect(), connect(), connect()]);
      const [ledger, , , subscriber] = connections;
      const info = infoOf(await within(ledger.send(["INFO"]), options.timings.commandMs));
      refuseUnusable(info);
      const digests = await within(loadScripts(ledger), options.timings.commandMs);
      const channel = channelOf(options.address.database);
      await within(subscriber.subscribe(channel, options.onMessage), options.timings.commandMs);
      return new StoreSession({ connections, info, digests, end }, options);
    } catch (fault) {
      end.now(fault instanceof Error ? fault : new Error(String(fault)));
      throw fault;
    }
  }

  /** Settles with the reason once the session can no longer be used. */
  get ended(): Promise<Error> {
    return this.#end.happened;
  }

  end(cause: Error): void {
    this.#end.now(cause);
  }

  /** The command that runs a script. */
  run(script: LedgerScript, ...args: string[]): string[] {
    return ["EVALSHA", this.#digests[script], "1", KEY_TAG, ...args];
  }

  /** Looks again whether there are replicas by now. */
  async refresh(): Promise<void> {
    if (this.hasReplicas) return;
    const info = infoOf(await within(this.general.send(["INFO", "replication"]), this.#timings.commandMs));
    this.hasReplicas = replicasOf(info) > 0;
  }

  /** A server that is cut off says nothing, and neither does the system for a quarter of an hour. */
  async #ping(): Promise<void> {
    try {
      const answers = this.#connections.map((connection) => connection.send(["PING"]));
      await within(Promise.all(answers), 2 * this.#timings.pingMs);
    } catch (fault) {
      this.end(fault instanceof Error ? fault : new Error(String(fault)));
    }
  }
}

interface SessionParts {
  readonly connections: readonly [RedisConnection, RedisConnection, RedisConnection, RedisConnection];
  readonly info: ReadonlyMap<string, string>;
  readonly digests: Digests;
  readonly end: SessionEnd;
}

/** Ends once, for the first reason, and all connections with it, also those that come too late. */
class SessionEnd {
  readonly #connections: RedisConnection[] = [];
  readonly #settled = Promise.withResolvers<Error>();
  #hasEnded = false;

  get happened(): Promise<Error> {
    return this.#settled.promise;
  }

  own(connection: RedisConnection): RedisConnection {
    this.#connections.push(connection);
    if (this.#hasEnded) connection.close();
    return connection;
  }

  now(cause: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const connection of this.#connections) connection.close();
    this.#settled.resolve(cause);
  }
}

/** Where changes are announced. Channels are the same for all databases of a server. */
export function channelOf(database: number): string {
  return `${KEY_TAG}:events:${database}`;
}

function connectionTo({ endpoint, address, timings }: SessionOptions) {
  const { username, password, database } = address;
  return {
    endpoint,
    database,
    tls: address.tls === true,
    connectMs: timings.connectMs,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function replicasOf(info: ReadonlyMap<string, string>): number {
  return Number(info.get("connected_slaves") ?? 0);
}

function refuseUnusable(info: ReadonlyMap<string, string>): void {
  if (info.get("cluster_enabled") === "1") {
    throw new StoreUnavailableError(
      "The server runs in cluster mode, which is not supported. Use a single server (redis://, rediss://) or Sentinels " +
        "(redis+sentinel://host:26379,…/master-name).",
    );
  }
  if (info.get("loading") === "1") throw new StoreUnavailableError("The server is still loading its data.");
  const role = info.get("role");
  if (role !== "master") {
    throw new StoreUnavailableError(`The server is a ${role}, not a master: it takes no writes.`);
  }
}

async function loadScripts(connection: RedisConnection): Promise<Digests> {
  const names = Object.keys(LEDGER_SCRIPTS) as LedgerScript[];
  const digests = await Promise.all(
    names.map(
      async (name) => [name, await connection.send(["SCRIPT", "LOAD", LEDGER_SCRIPTS[name]])] as const,
    ),
  );
  return Object.fromEntries(digests) as Record<LedgerScript, string>;
}
