import { vi } from "vitest";
import { RedisStore } from "../../../../agent-runtime/src/store/redis/redis-store.ts";
import type { RedisTimings } from "../../../../agent-runtime/src/store/redis/timings.ts";
import { recordingLog } from "../recording-log.ts";

interface ConnectedStoreOptions {
  readonly url: string;
  readonly password?: string;
  readonly timings?: Partial<RedisTimings>;
  readonly log?: ReturnType<typeof recordingLog>["log"];
}

/** A store that has found its server. */
export async function connectedStore({
  url,
  password = "secret",
  timings = {},
  log = recordingLog().log,
}: ConnectedStoreOptions): Promise<RedisStore> {
  const store = new RedisStore({ url, password, log, timings });
  await untilUp(store);
  return store;
}

export async function untilUp(store: RedisStore): Promise<void> {
  await vi.waitFor(
    () => {
      if (!store.isUp) throw new Error("the store is not connected");
    },
    { timeout: 30_000, interval: 20 },
  );
}

export async function untilDown(store: RedisStore): Promise<void> {
  await vi.waitFor(
    () => {
      if (store.isUp) throw new Error("the store is still connected");
    },
    { timeout: 20_000, interval: 5 },
  );
}
