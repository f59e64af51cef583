import { isIP } from "node:net";
import { createClient, RESP_TYPES } from "redis";
import type { StoreUnavailableError } from "../contract.ts";
import type { Endpoint } from "./address.ts";
import { StoreReplyError, toStoreError } from "./reply-error.ts";
import { within } from "./within.ts";

export interface ConnectionOptions {
  readonly endpoint: Endpoint;
  readonly username?: string;
  readonly password?: string;
  readonly database?: number;
  readonly tls?: boolean;
  /** Name that the certificate must have. Default: the host of the endpoint. */
  readonly servername?: string;
  readonly connectMs: number;
}

type Arguments = readonly (string | Buffer)[];

const AS_BUFFER = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

/**
 * One connection to one server. It never connects again by itself, because the next server may be another one, on which
 * everything must be looked at anew.
 */
export class RedisConnection {
  readonly #client: ReturnType<typeof createRawClient>;
  #onLost: ((cause: StoreUnavailableError) => void) | undefined;

  private constructor(options: ConnectionOptions, onLost: (cause: StoreUnavailableError) => void) {
    this.#onLost = onLost;
    this.#client = createRawClient(options);
    this.#client.on("error", (fault: unknown) => this.#lost(toStoreError(fault)));
  }

  /**
   * @param onLost told once when the connection can no longer be used, unless it was closed.
   * @throws {StoreUnavailableError}
   */
  static async open(
    options: ConnectionOptions,
    onLost: (cause: StoreUnavailableError) => void,
  ): Promise<RedisConnection> {
    const connection = new RedisConnection(options, onLost);
    try {
      // The library limits the time to connect only, not that of the greeting.
      await within(connection.#client.connect(), 2 * options.connectMs);
      return connection;
    } catch (fault) {
      connection.close();
      throw toStoreError(fault);
    }
  }

  /** Sends a command after all that were sent before. @throws {StoreUnavailableError} */
  send(command: Arguments): Promise<unknown> {
    return this.#client.sendCommand(command).catch((fault: unknown) => this.#failed(fault));
  }

  /** As `send`; texts of the answer come as bytes. */
  sendForBytes(command: Arguments): Promise<unknown> {
    return this.#client.sendCommand(command, AS_BUFFER).catch((fault: unknown) => this.#failed(fault));
  }

  /** After this the connection can be used for nothing else. */
  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    await this.#client.subscribe(channel, listener).catch((fault: unknown) => this.#failed(fault));
  }

  close(): void {
    this.#onLost = undefined;
    this.#client.destroy();
  }

  #failed(fault: unknown): never {
    const error = toStoreError(fault);
    if (error instanceof StoreReplyError && error.endsConnection) this.#lost(error);
    throw error;
  }

  #lost(cause: StoreUnavailableError): void {
    const onLost = this.#onLost;
    this.#onLost = undefined;
    onLost?.(cause);
  }
}

/** Making a client's class takes 20 ms and megabytes, a copy of a client next to nothing. Never connected itself. */
const TEMPLATE = createClient({
  RESP: 2,
  disableOfflineQueue: true,
  maintNotifications: "disabled",
  // What tells the library's name is refused to a user that may do only what it needs.
  disableClientInfo: true,
  // Each would cost a timer of its own, and ends only what was not yet sent.
  commandOptions: { timeout: 0 },
});

function createRawClient(options: ConnectionOptions) {
  const { endpoint, username, password, database = 0, tls, servername = endpoint.host, connectMs } = options;
  const socket = { ...endpoint, connectTimeout: connectMs, reconnectStrategy: false } as const;
  return TEMPLATE.duplicate({
    socket: tls ? { ...socket, tls: true, ...(isIP(servername) === 0 ? { servername } : {}) } : socket,
    database,
    // With a name a server without a password accepts any, as Sentinels often have none.
    ...(password === undefined ? {} : { username: username ?? "default", password }),
  });
}
