import { lookup } from "node:dns/promises";
import { StoreUnavailableError } from "../contract.ts";
import type { Endpoint, StoreAddress } from "./address.ts";
import { RedisConnection } from "./redis-connection.ts";
import { pairsOf } from "./replies.ts";
import { within } from "./within.ts";

type SentinelAddress = Extract<StoreAddress, { readonly kind: "sentinel" }>;

interface Sentinel {
  readonly endpoint: Endpoint;
  /** The name of which this is an address. */
  readonly servername: string;
}

interface Answer {
  readonly master: Endpoint;
  /** Grows with each failover that a majority of the Sentinels agreed to. */
  readonly epoch: number;
}

/**
 * Asks all Sentinels at once where the master is and believes the one that knows of the latest failover, so that one
 * which is cut off from the others misleads nobody, and one that is gone delays nobody: half of all and one are enough.
 *
 * @throws {StoreUnavailableError} when none answers.
 */
export async function findMaster(address: SentinelAddress, connectMs: number): Promise<Endpoint> {
  const sentinels = (await Promise.all(address.sentinels.map(addressesOf))).flat();
  const answers = await answersOfMost(
    sentinels.map((sentinel) => within(ask(sentinel, address, connectMs), 3 * connectMs)),
  );
  const [latest] = answers.sort((one, other) => other.epoch - one.epoch);
  if (latest !== undefined) return latest.master;
  throw new StoreUnavailableError(
    `None of ${sentinels.length} Sentinels could say where the master "${address.masterName}" is. ` +
      "Check their hosts, the master's name and the password.",
  );
}

/** A name may stand for several Sentinels, as that of a headless Service does. */
async function addressesOf({ host, port }: Endpoint): Promise<Sentinel[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => ({ endpoint: { host: address, port }, servername: host }));
}

/** Settles with more than half of the answers, or with those that there are once the last has come or failed. */
function answersOfMost(asked: readonly Promise<Answer>[]): Promise<Answer[]> {
  return new Promise((resolve) => {
    const answers: Answer[] = [];
    const heard = (answer: Answer) => {
      answers.push(answer);
      if (answers.length > asked.length / 2) resolve(answers);
    };
    void Promise.allSettled(asked.map((answer) => answer.then(heard))).then(() => resolve(answers));
  });
}

async function ask(
  sentinel: Sentinel,
  { username, password, masterName, tls = false }: SentinelAddress,
  connectMs: number,
): Promise<Answer> {
  const access = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
  const connection = await RedisConnection.open({ ...sentinel, tls, connectMs, ...access }, () => undefined);
  try {
    const facts = new Map(pairsOf(await connection.send(["SENTINEL", "MASTER", masterName])));
    const [host, port] = [facts.get("ip"), facts.get("port")];
    if (host === undefined || port === undefined)
      throw new StoreUnavailableError("A Sentinel named no master.");
    return { master: { host, port: Number(port) }, epoch: Number(facts.get("config-epoch") ?? 0) };
  } finally {
    connection.close();
  }
}
