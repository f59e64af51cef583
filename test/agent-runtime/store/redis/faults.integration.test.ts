import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type StoreEvent, StoreUnavailableError } from "../../../../agent-runtime/src/store/contract.ts";
import { RedisStore } from "../../../../agent-runtime/src/store/redis/redis-store.ts";
import { recordingLog } from "../recording-log.ts";
import { budget, NEVER_REFILLS, requestFor, settlementOf } from "../sample-charges.ts";
import { connectedStore, untilDown, untilUp } from "./connected-store.ts";
import { RedisServer } from "./redis-server.ts";

/** A server that loads its data answers now and then. */
const SMALL_STEPS = ["--loading-process-events-interval-bytes", "1024", "--rdbcompression", "no"];

let server: RedisServer;

beforeEach(async () => {
  server = await RedisServer.start("secret", SMALL_STEPS);
});

afterEach(() => server.stop());

async function connected() {
  const store = await connectedStore({ url: server.url });
  onTestFinished(() => store.close());
  return store;
}

/** One place and one budget: what is still held shows in the next admission. */
function onlyOne() {
  const concurrency = [{ id: randomUUID(), max: 1 }];
  const budgets = [budget(randomUUID(), 100)];
  return () => requestFor({ concurrency, budgets, boundNanoUsd: 60 });
}

async function expectAdmitted(store: RedisStore, request = requestFor()) {
  expect(await store.ledger.admit(request)).toMatchObject({ kind: "admitted" });
  return request;
}

async function expectUnavailable(answer: Promise<unknown>, message = /./) {
  await expect(answer).rejects.toThrow(StoreUnavailableError);
  await expect(answer).rejects.toThrow(message);
}

describe("a store in Redis", () => {
  test("fault 46: a store that is down at boot stops nothing, and is found once it is there", async () => {
    const late = await RedisServer.prepare();
    onTestFinished(() => late.stop());
    const { log, lines } = recordingLog();
    const store = new RedisStore({ url: late.url, password: "secret", log });
    onTestFinished(() => store.close());
    const events: StoreEvent[] = [];
    store.watch((event) => events.push(event));
    await expectUnavailable(store.ledger.admit(requestFor()));
    expect([store.isUp, events]).toEqual([false, []]);

    await late.start();
    await untilUp(store);
    await expectAdmitted(store);
    expect(events).toEqual([{ kind: "connected" }]);
    expect(lines.map(({ level }) => level)).toEqual(["warn", "info"]);
  });

  test("fault 46: requests under way when the store dies fail at once, and what is settled meanwhile arrives later", async () => {
    const store = await connected();
    const next = onlyOne();
    const held = await expectAdmitted(store, next());
    const events: StoreEvent[] = [];
    store.watch((event) => events.push(event));
    server.freeze();
    const underWay = expectUnavailable(store.ledger.admit(requestFor()));
    await server.kill();
    await underWay;
    await untilDown(store);
    store.ledger.settle(settlementOf(held, 40));
    expect(events).toEqual([{ kind: "lost" }]);

    await server.start();
    await untilUp(store);
    await expectAdmitted(store, next());
    expect(await store.ledger.readBudgets([held.budgets[0]?.id ?? ""])).toMatchObject([
      { spentNanoUsd: 40, reservedNanoUsd: 60 },
    ]);
  });

  test("fault 46: an outage that lasts is answered at once, not after a wait", async () => {
    const store = await connected();
    await server.kill();
    await untilDown(store);
    await expectUnavailable(store.ledger.admit(requestFor()), /not connected/);
    const startedMs = performance.now();
    await expectUnavailable(store.ledger.admit(requestFor()), /not connected/);
    expect(performance.now() - startedMs).toBeLessThan(50);
    await server.start();
    await untilUp(store);
  });

  test("fault 46: READONLY after a failover ends the connection, until there is a master again", async () => {
    const store = await connected();
    await server.ask("replicaof", "127.0.0.1", "1");
    await expectUnavailable(store.ledger.admit(requestFor()), /READONLY/);
    await untilDown(store);
    await server.ask("replicaof", "no", "one");
    await untilUp(store);
    await expectAdmitted(store);
  });

  test("fault 46: LOADING is waited for", async () => {
    const store = await connected();
    const fill = "for key = 1, 300 do redis.call('set', 'load:' .. key, string.rep('x', 2000)) end";
    await server.ask("eval", fill, "0");
    await server.ask("bgrewriteaof");
    await vi.waitFor(
      async () => expect(await server.ask("info", "persistence")).toMatch(/aof_base_size:\d{6}/),
      5000,
    );
    await server.kill();
    await untilDown(store);
    await server.start(["--key-load-delay", "10000"]);
    expect(await server.ask("get", "load:1")).toMatch(/LOADING/);
    await expectUnavailable(store.ledger.admit(requestFor()));
    await untilUp(store);
    await expectAdmitted(store);
  });

  test("fault 46: with full memory nothing is admitted, but what is held is settled and the process stays alive", async () => {
    const store = await connected();
    const next = onlyOne();
    const held = await expectAdmitted(store, next());
    await server.ask("config", "set", "maxmemory", "1");
    await expectUnavailable(store.ledger.admit(requestFor()), /OOM/);
    await expectUnavailable(store.table("api-keys").set("full", "row"), /OOM/);
    store.ledger.settle(settlementOf(held, 40));
    await store.ledger.flush(1000);
    expect(await store.ledger.readBudgets([held.budgets[0]?.id ?? ""])).toMatchObject([
      { spentNanoUsd: 40, reservedNanoUsd: 0 },
    ]);
    expect(store.isUp).toBe(true);
    await server.ask("config", "set", "maxmemory", "0");
    await expectAdmitted(store, next());
  });

  test("fault 46: a password that was changed is said, never shown, and found again when it is changed back", async () => {
    const { log, lines } = recordingLog();
    const store = await connectedStore({ url: server.url, log });
    onTestFinished(() => store.close());
    await server.changePassword("another-canary");
    await server.ask("client", "kill", "type", "normal");
    await vi.waitFor(() => expect(JSON.stringify(lines)).toMatch(/WRONGPASS/), 5000);
    expect(store.isUp).toBe(false);
    await expectUnavailable(store.ledger.admit(requestFor()));
    await server.changePassword("secret");
    await untilUp(store);
    await expectAdmitted(store);
    expect(JSON.stringify(lines)).not.toMatch(/"secret|canary/);
  });

  test("fault 46: a store that is 2 s slow is not waited for, and keeps nothing of what nobody waited for", async () => {
    const store = await connected();
    const next = onlyOne();
    const startedMs = performance.now();
    await server.ask("client", "pause", "2000", "all");
    await expectUnavailable(store.ledger.admit(next()));
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(900);
    expect(tookMs).toBeLessThan(1900);
    await vi.waitFor(() => expectAdmitted(store, next()), 5000);
  });

  test("fault 46: scripts that somebody removed are loaded again without a failed request", async () => {
    const store = await connected();
    await server.ask("script", "flush");
    const admissions = await Promise.all(Array.from({ length: 20 }, () => store.ledger.admit(requestFor())));
    expect(new Set(admissions.map(({ kind }) => kind))).toEqual(new Set(["admitted"]));
  });

  test("fault 45: an hour's jump of a process's clock fills no bucket and empties none", async () => {
    const store = await connected();
    const bucket = { id: randomUUID(), capacity: 10, refillPerSecond: NEVER_REFILLS * 10, amount: 4 };
    await expectAdmitted(store, requestFor({ buckets: [bucket] }));
    for (const jumpMs of [3_600_000, -3_600_000]) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + jumpMs });
      onTestFinished(() => void vi.useRealTimers());
      const admission = await store.ledger.admit(requestFor({ buckets: [{ ...bucket, amount: 0 }] }));
      expect(admission).toMatchObject({ kind: "admitted", buckets: [{ remaining: 6 }] });
      vi.useRealTimers();
    }
  });

  test("a store can be closed at any moment of its connecting", async () => {
    for (const afterMs of [0, 1, 2, 4, 8, 16, 32]) {
      const store = new RedisStore({ url: server.url, password: "secret", log: recordingLog().log });
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, afterMs);
      await promise;
      await store.close();
      expect(store.isUp).toBe(false);
    }
  });

  test("a server in cluster mode is refused with a sentence", async () => {
    const cluster = await RedisServer.start("secret", ["--cluster-enabled", "yes"]);
    onTestFinished(() => cluster.stop());
    const { log, lines } = recordingLog();
    const store = new RedisStore({ url: cluster.url, password: "secret", log });
    onTestFinished(() => store.close());
    await vi.waitFor(
      () => expect(JSON.stringify(lines)).toMatch(/cluster mode, which is not supported/),
      5000,
    );
    expect(store.isUp).toBe(false);
  });

  test("a server without a password takes a client that has one", async () => {
    const open = await RedisServer.start("");
    onTestFinished(() => open.stop());
    const store = await connectedStore({ url: open.url });
    onTestFinished(() => store.close());
    await expectAdmitted(store);
  });
});
