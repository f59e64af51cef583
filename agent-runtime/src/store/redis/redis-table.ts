import { StoreUnavailableError, type Table, type TableName } from "../contract.ts";
import { eventMessage } from "./event-message.ts";
import { KEY_TAG } from "./ledger-script.ts";
import { pairsOf } from "./replies.ts";
import type { StoreLink } from "./store-link.ts";
import type { StoreSession } from "./store-session.ts";
import { channelOf } from "./store-session.ts";
import type { RedisTimings } from "./timings.ts";
import { within } from "./within.ts";

interface RedisTableOptions {
  readonly link: StoreLink;
  readonly name: TableName;
  readonly database: number;
  readonly timings: RedisTimings;
}

/** Arguments: id, new row, and the row that is expected, unless none is. */
const REPLACE = `
local row = redis.call('HGET', KEYS[1], ARGV[1])
if (row or nil) ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
`;

/** Rows in a hash. Written so that a failover does not take them back, or else not without saying so. */
export class RedisTable implements Table {
  readonly #options: RedisTableOptions;
  readonly #key: string;

  constructor(options: RedisTableOptions) {
    this.#options = options;
    this.#key = `${KEY_TAG}:table:${options.name}`;
  }

  async all(): Promise<ReadonlyMap<string, string>> {
    const session = await this.#options.link.ready();
    const reply = await within(session.general.send(["HGETALL", this.#key]), this.#options.timings.commandMs);
    return new Map(pairsOf(reply));
  }

  async get(id: string): Promise<string | undefined> {
    const session = await this.#options.link.ready();
    const reply = await within(
      session.general.send(["HGET", this.#key, id]),
      this.#options.timings.commandMs,
    );
    return (reply as string | null) ?? undefined;
  }

  async set(id: string, row: string): Promise<void> {
    await this.#write(id, ["HSET", this.#key, id, row]);
  }

  async replace(id: string, before: string | undefined, row: string): Promise<boolean> {
    const expected = before === undefined ? [] : [before];
    return (await this.#write(id, ["EVAL", REPLACE, "1", this.#key, id, row, ...expected])) === 1;
  }

  async delete(id: string): Promise<boolean> {
    return (await this.#write(id, ["HDEL", this.#key, id])) === 1;
  }

  async #write(id: string, command: readonly string[]): Promise<unknown> {
    const { link, name, database, timings } = this.#options;
    const session = await link.ready();
    const announcement = eventMessage({ kind: "table", table: name, id });
    const answers = Promise.all([
      session.confirming.send(command),
      // Also when no replica confirms: the row is in force.
      session.confirming.send(["PUBLISH", channelOf(database), announcement]),
      confirmation(session, timings.confirmMs),
    ]);
    // A confirmation of operations may be under way on the same connection.
    const [reply, , replicas] = await within(answers, timings.commandMs + 2 * timings.confirmMs);
    if (replicas < 1) {
      throw new StoreUnavailableError(
        `The row "${id}" of ${name} is in force, but no replica confirmed it within ${timings.confirmMs} ms: a failover ` +
          "may take it back. Repeat the command once the replicas are back.",
      );
    }
    return reply;
  }
}

/** @returns how many replicas have confirmed; infinitely many when there are none that could. */
async function confirmation(session: StoreSession, limitMs: number): Promise<number> {
  if (!session.hasReplicas) return Number.POSITIVE_INFINITY;
  return Number(await session.confirming.send(["WAIT", "1", String(limitMs)]));
}
