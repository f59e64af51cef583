import { createSentinel } from "redis";
import { ENV } from "../../agent-runtime/src/contract.ts";
import { parseStoreAddress } from "./store-address.ts";

export type Store = ReturnType<typeof createStore>;
/** A connection to the master that nobody else uses. It follows the master through failovers. */
export type StoreConnection = Awaited<ReturnType<Store["acquire"]>>;

/**
 * A client of the store that the environment names. Its settings were found by measuring:
 *
 * - A scan every second, or a longer time to connect, stalls all writes for half a minute when a machine is gone: the
 *   client asks the Sentinels in order and holds all commands meanwhile.
 * - Without pings the time limit of a socket, meant for peers that vanish, also ends connections that are idle, and
 *   each such end makes the client ask the Sentinels again.
 * - Without `reserveClient`, two commands at once can take a connection each of which one is never given back
 *   (`_execute` in 6.3.1), until commands wait for ever.
 *
 * @param connections how many can be taken with `acquire`, besides the one for single commands. `use` takes one too, but
 *   builds its commands anew each time, at 20 ms of CPU.
 */
export function createStore(pods: number, connections: number) {
  const { username, masterName, sentinels } = parseStoreAddress(process.env[ENV.redisUrl] ?? "", pods);
  const node = {
    username,
    password: process.env[ENV.redisPassword] ?? "",
    // What the runtime's user may not send.
    disableClientInfo: true,
    pingInterval: 1000,
    socket: {
      connectTimeout: 500,
      socketTimeout: 2500,
      reconnectStrategy: (retries: number) => Math.min(50 * 2 ** retries, 500),
    },
  };
  return createSentinel({
    name: masterName,
    sentinelRootNodes: [...sentinels],
    nodeClientOptions: node,
    sentinelClientOptions: node,
    scanInterval: 10_000,
    reserveClient: true,
    masterPoolSize: 1 + connections,
    // Far more than a failover needs: what is written meanwhile waits instead of failing.
    maxCommandRediscovers: 1000,
  });
}
