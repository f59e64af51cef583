import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFailed, test } from "vitest";
import type { RedisStore } from "../../agent-runtime/src/store/redis/redis-store.ts";
import type { Rotation } from "../../components/rotating-password.ts";
import { connectedStore } from "../agent-runtime/store/redis/connected-store.ts";
import { ensureProgram } from "../setup/apt.ts";
import { passwordOf, ValkeyPods } from "./valkey-pods.ts";
import { waitUntilSettled } from "./valkey-settled.ts";

/** Between two pods of an update, as the StatefulSet has it. */
const MIN_READY_MS = 15_000;
/** From the end of a master to the first write that a client of its successor is told of. */
const FAILOVER_MS = 15_000;

let pods: ValkeyPods;

beforeAll(async () => {
  await ensureProgram("redis-server", "redis-server");
  pods = new ValkeyPods(90);
  pods.startAll();
});

afterAll(() => pods.stop());

/** Writes rows one after the other until it is stopped, each until a replica has it. */
class Writer {
  readonly acknowledged: string[] = [];
  longestGapMs = 0;
  #store: RedisStore;
  #isStopped = false;
  readonly #end: Promise<void>;

  constructor(store: RedisStore) {
    this.#store = store;
    this.#end = this.#run();
  }

  /** Takes another client from now on. */
  async moveTo(store: RedisStore): Promise<void> {
    const before = this.#store;
    this.#store = store;
    await before.close();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#end;
  }

  async #run(): Promise<void> {
    let lastMs = performance.now();
    for (let row = 0; !this.#isStopped; row += 1) {
      const isWritten = await this.#store
        .table("switches")
        .set(`row-${row}`, "kept")
        .then(
          () => true,
          () => false,
        );
      await sleep(10);
      if (!isWritten) continue;
      this.acknowledged.push(`row-${row}`);
      this.longestGapMs = Math.max(this.longestGapMs, performance.now() - lastMs);
      lastMs = performance.now();
    }
  }
}

/** One update of the StatefulSet: the last pod first, each once the one before is in step. */
async function roll(rotation: Rotation): Promise<void> {
  pods.rotation = rotation;
  for (const pod of [...pods.pods].reverse()) {
    // Replicas need no time between them.
    if ((await pods.masterSeenBy(pod)) === pod) await sleep(MIN_READY_MS);
    await pods.terminate(pod);
    pods.start(pod);
    await waitUntilSettled(pods);
  }
}

async function answerTo(user: "app" | "internal" | "exporter", generation: number): Promise<string> {
  return await pods.askAs({ user, password: passwordOf(user, generation) }, 0, "valkey", "ping");
}

test("all passwords are replaced in three updates while the runtime writes, and no acknowledged write is lost", {
  timeout: 400_000,
}, async () => {
  onTestFailed(() => console.error(pods.log));
  await waitUntilSettled(pods);
  const writer = new Writer(await connectedStore({ url: pods.urlWith(1) }));

  await roll({ use: 1, accept: [1, 2] });
  await roll({ use: 2, accept: [1, 2] });
  await writer.moveTo(await connectedStore({ url: pods.urlWith(2) }));
  await roll({ use: 2, accept: [2] });

  const store = await connectedStore({ url: pods.urlWith(2) });
  await writer.stop();
  const rows = await store.table("switches").all();
  await store.close();
  expect(writer.acknowledged.length).toBeGreaterThan(100);
  expect(writer.acknowledged.filter((row) => !rows.has(row))).toEqual([]);
  expect(writer.longestGapMs).toBeLessThan(FAILOVER_MS);
  for (const user of ["app", "internal", "exporter"] as const) {
    for (const pod of pods.pods)
      expect([user, await pods.refusedTo(user, pod, "valkey")]).toEqual([user, []]);
    expect([user, await answerTo(user, 2)]).toEqual([user, "PONG"]);
    expect([user, await answerTo(user, 1)]).toEqual([user, expect.stringMatching(/^NOAUTH|^WRONGPASS/)]);
  }
  console.info(`${writer.acknowledged.length} writes, longest gap ${Math.round(writer.longestGapMs)} ms`);
});
