import type { Env } from "../env.ts";
import type { Logger } from "../log.ts";
import type { StoreUpMetric } from "../metrics/store-up.ts";
import type { Store } from "./contract.ts";
import { EmbeddedStore } from "./embedded/embedded-store.ts";

interface OpenStoreDeps {
  readonly log: Logger;
  readonly metrics: { readonly storeUp: StoreUpMetric };
}

/**
 * The store that the environment names: Redis by its address, else the one in this process. Does not wait for Redis: what
 * asks it before it is connected waits a second or fails.
 *
 * @throws Error when the address is not that of a store.
 */
export async function openStore(
  env: Pick<Env, "redis" | "dataDir">,
  { log, metrics }: OpenStoreDeps,
): Promise<Store> {
  const store = await choose(env, log);
  metrics.storeUp.watch(() => store.isUp);
  return store;
}

/** Loading the client takes as long as all the rest of a start; who does not need it does not wait for it. */
async function choose({ redis, dataDir }: Pick<Env, "redis" | "dataDir">, log: Logger): Promise<Store> {
  if (redis !== undefined) {
    const { RedisStore } = await import("./redis/redis-store.ts");
    return new RedisStore({ ...redis, log });
  }
  return new EmbeddedStore({ log, ...(dataDir === undefined ? {} : { dataDir }) });
}
