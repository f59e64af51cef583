import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { StoreUnavailableError } from "../../../../agent-runtime/src/store/contract.ts";
import type { RedisStore } from "../../../../agent-runtime/src/store/redis/redis-store.ts";
import { recordingLog } from "../recording-log.ts";
import { budget, NEVER_REFILLS, requestFor, settlementOf, usageRow } from "../sample-charges.ts";
import { connectedStore, untilDown, untilUp } from "./connected-store.ts";
import { RedisServer } from "./redis-server.ts";
import { SwitchingProxy } from "./switching-proxy.ts";

/** A master with a replica that can be cut off and take its place. */
let master: RedisServer;
let replica: RedisServer;
let proxy: SwitchingProxy;

beforeEach(async () => {
  [master, replica] = await Promise.all([
    RedisServer.start("secret", ["--repl-diskless-sync-delay", "0"]),
    RedisServer.start("secret", ["--masterauth", "secret"]),
  ]);
  await replica.ask("replicaof", "127.0.0.1", String(master.port));
  await vi.waitFor(async () => {
    // Until the replica has taken a first write, it confirms nothing.
    await master.ask("set", "first", "write");
    expect(await master.ask("info", "replication")).toMatch(/slave0:.*state=online,offset=[1-9]/);
  }, 10_000);
  proxy = await SwitchingProxy.to(master.port);
});

afterEach(async () => {
  await Promise.all([master.stop(), replica.stop()]);
  proxy.close();
});

async function connected(log = recordingLog().log): Promise<RedisStore> {
  const store = await connectedStore({ url: proxy.url, log });
  onTestFinished(() => store.close());
  return store;
}

async function failOver(store: RedisStore): Promise<void> {
  await master.kill();
  await untilDown(store);
  proxy.switchTo(replica.port);
  await untilUp(store);
}

/** Waits for a confirmation of operations: after two signs of life on connecting, the next belongs to it. */
async function untilConfirmed(store: RedisStore): Promise<void> {
  const processes = "{claude-agents}:processes";
  await vi.waitFor(async () => {
    expect(Number(await replica.ask("hvals", processes))).toBeGreaterThan(2);
  }, 2000);
  // On the same connection, and so after it.
  await store.table("api-keys").set("after", "confirmation");
}

async function admitted(store: RedisStore, request: ReturnType<typeof requestFor>) {
  expect(await store.ledger.admit(request)).toMatchObject({ kind: "admitted" });
  return request;
}

describe("a failover to a replica that lacks the last operations", () => {
  test("loses nothing of what a living process did", async () => {
    const store = await connected();
    const budgets = [budget(randomUUID(), 1000)];
    const concurrency = [{ id: randomUUID(), max: 3 }];
    const bucket = { id: randomUUID(), capacity: 10, refillPerSecond: NEVER_REFILLS, amount: 2 };
    const charged = () => requestFor({ budgets, concurrency, buckets: [bucket], boundNanoUsd: 100 });
    const before = await admitted(store, charged());
    await replica.ask("replicaof", "no", "one");

    const settledLater = await admitted(store, charged());
    const held = await admitted(store, charged());
    store.ledger.settle(settlementOf(before, 10));
    store.ledger.settle(settlementOf(settledLater, 20));
    store.usage.add(usageRow({ tenant: bucket.id }));
    await store.ledger.flush(1000);
    await failOver(store);

    const reading = async () => (await store.ledger.readBudgets([budgets[0]?.id ?? ""]))[0];
    expect(await reading()).toMatchObject({ spentNanoUsd: 30, reservedNanoUsd: 100, unconfirmedNanoUsd: 0 });
    const others = [await admitted(store, charged()), await admitted(store, charged())];
    expect(await store.ledger.admit(charged())).toMatchObject({
      kind: "rate-limited",
      buckets: [{ remaining: 0 }],
    });
    const free = { ...charged(), buckets: [] };
    expect(await store.ledger.admit(free)).toMatchObject({ kind: "too-many-at-once" });
    for (const request of [held, ...others]) store.ledger.settle(settlementOf(request, 1));
    expect(await reading()).toMatchObject({ spentNanoUsd: 33, reservedNanoUsd: 0 });
    await vi.waitFor(
      async () => {
        const rows = await store.usage.between(new Date("2026-11-25"), new Date("2026-11-26"));
        expect(rows.filter(({ tenant }) => tenant === bucket.id)).toMatchObject([{ requests: 1 }]);
      },
      { timeout: 3000 },
    );
  });

  test("does nothing twice that the replica has", async () => {
    const store = await connected();
    const budgets = [budget(randomUUID(), 1000)];
    const first = await admitted(store, requestFor({ budgets, boundNanoUsd: 100 }));
    store.ledger.settle(settlementOf(first, 10));
    await admitted(store, requestFor({ budgets, boundNanoUsd: 100 }));
    await vi.waitFor(async () => {
      expect(await replica.ask("hgetall", `{claude-agents}:budget:${budgets[0]?.id}`)).toMatch(
        /reserved\n100/,
      );
    });
    await replica.ask("replicaof", "no", "one");
    await failOver(store);
    expect(await store.ledger.readBudgets([budgets[0]?.id ?? ""])).toMatchObject([
      { spentNanoUsd: 10, reservedNanoUsd: 100 },
    ]);
  });

  test("admits nobody before the replay, and answers who came meanwhile after it", async () => {
    const store = await connected();
    const budgets = [budget(randomUUID(), 100)];
    await replica.ask("replicaof", "no", "one");
    await admitted(store, requestFor({ budgets, boundNanoUsd: 60 }));
    proxy.switchTo(replica.port);
    await untilDown(store);
    expect(await store.ledger.admit(requestFor({ budgets, boundNanoUsd: 60 }))).toEqual({
      kind: "over-budget",
      index: 0,
      state: { spentNanoUsd: 0, reservedNanoUsd: 60 },
    });
  });

  test("brings what was admitted also where it would not be admitted any more", async () => {
    const store = await connected();
    const budgets = [budget(randomUUID(), 100)];
    await replica.ask("replicaof", "no", "one");
    await admitted(store, requestFor({ budgets, boundNanoUsd: 60 }));
    await replica.ask("hset", `{claude-agents}:budget:${budgets[0]?.id}`, "spent", "50");
    await failOver(store);
    expect(await store.ledger.readBudgets([budgets[0]?.id ?? ""])).toMatchObject([
      { spentNanoUsd: 50, reservedNanoUsd: 60 },
    ]);
  });

  test("does not keep a store from closing before it is brought up to date", async () => {
    const store = await connectedStore({ url: proxy.url, timings: { settlingMs: 3_600_000 } });
    const beats = async () => Number(await replica.ask("hvals", "{claude-agents}:processes"));
    await vi.waitFor(async () => expect(await beats()).toBe(2));
    await replica.ask("replicaof", "no", "one");
    proxy.switchTo(replica.port);
    await vi.waitFor(async () => expect(await beats()).toBe(3));
    await store.close();
    expect(store.isUp).toBe(false);
  });

  test("a row that no replica confirms is written, and said to be in danger", async () => {
    const store = await connected();
    await replica.ask("replicaof", "no", "one");
    const written = store.table("api-keys").set("key_1", "row");
    await expect(written).rejects.toThrow(StoreUnavailableError);
    await expect(written).rejects.toThrow(/in force, but no replica confirmed/);
    expect(await store.table("api-keys").get("key_1")).toBe("row");
  });

  test("a row that was confirmed is there", async () => {
    const store = await connected();
    await store.table("api-keys").set("key_1", "row");
    await replica.ask("replicaof", "no", "one");
    await failOver(store);
    expect(await store.table("api-keys").get("key_1")).toBe("row");
  });

  test("a server that lacks what was confirmed is reported, and a held lease is charged all the same", async () => {
    const { log, lines } = recordingLog();
    const store = await connected(log);
    const budgets = [budget(randomUUID(), 1000)];
    const held = await admitted(store, requestFor({ budgets, boundNanoUsd: 100 }));
    await untilConfirmed(store);
    const empty = await RedisServer.start();
    onTestFinished(() => empty.stop());
    proxy.switchTo(empty.port);
    await untilDown(store);
    await untilUp(store);
    expect(lines.filter(({ level }) => level === "error")).toMatchObject([{ lost: 1 }]);
    store.ledger.settle(settlementOf(held, 30));
    expect(await store.ledger.readBudgets([budgets[0]?.id ?? ""])).toMatchObject([
      { spentNanoUsd: 30, reservedNanoUsd: 0 },
    ]);
  });
});
