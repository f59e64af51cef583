import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { RedisStore } from "../../../../agent-runtime/src/store/redis/redis-store.ts";
import { budget, requestFor, settlementOf } from "../sample-charges.ts";
import { connectedStore } from "./connected-store.ts";
import { RedisServer } from "./redis-server.ts";

/** Of a process that seems dead to others, and of one that watches. */
const NEVER_SEEN = { heartbeatMs: 3_600_000, commitMs: 3_600_000 };
const WATCHFUL = { heartbeatMs: 100, goneAfterMs: 400 };

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});

afterAll(() => server.stop());

async function connected(timings: object): Promise<RedisStore> {
  const store = await connectedStore({ url: server.url, timings });
  onTestFinished(() => store.close());
  return store;
}

function heldBy(store: RedisStore) {
  const budgets = [budget(randomUUID(), 1000)];
  const concurrency = [{ id: randomUUID(), max: 1 }];
  const charged = () => requestFor({ budgets, concurrency, boundNanoUsd: 100 });
  const readingBy = async (reader: RedisStore) =>
    (await reader.ledger.readBudgets(budgets.map(({ id }) => id)))[0];
  return { charged, readingBy, admit: async () => ({ kind: (await store.ledger.admit(charged())).kind }) };
}

async function untilCharged(store: RedisStore, held: ReturnType<typeof heldBy>, unconfirmedNanoUsd: number) {
  await vi.waitFor(
    async () => expect(await held.readingBy(store)).toMatchObject({ reservedNanoUsd: 0, unconfirmedNanoUsd }),
    { timeout: 10_000 },
  );
}

describe("a process that gives no sign of life", () => {
  test("is charged for what it held at the bound, and what it held is free for others", async () => {
    const silent = await connected(NEVER_SEEN);
    const held = heldBy(silent);
    expect(await held.admit()).toEqual({ kind: "admitted" });
    const watchful = await connected(WATCHFUL);
    await untilCharged(watchful, held, 100);
    expect(await watchful.ledger.admit(held.charged())).toMatchObject({ kind: "admitted" });
  });

  test("is believed when it settles after all: the sum is corrected, once", async () => {
    const silent = await connected(NEVER_SEEN);
    const held = heldBy(silent);
    const request = held.charged();
    await silent.ledger.admit(request);
    const watchful = await connected(WATCHFUL);
    await untilCharged(watchful, held, 100);
    silent.ledger.settle(settlementOf(request, 30));
    silent.ledger.settle(settlementOf(request, 30));
    expect(await held.readingBy(silent)).toMatchObject({ spentNanoUsd: 30, unconfirmedNanoUsd: 0 });
  });

  test("is watched again once it does something, and nothing that it did before counts twice", async () => {
    const silent = await connected(NEVER_SEEN);
    const held = heldBy(silent);
    await silent.ledger.admit(held.charged());
    const watchful = await connected(WATCHFUL);
    await untilCharged(watchful, held, 100);
    expect(await held.admit()).toEqual({ kind: "admitted" });
    await untilCharged(watchful, held, 200);
  });

  test("may hold many leases, which are all charged", async () => {
    const silent = await connected(NEVER_SEEN);
    const budgets = [budget(randomUUID(), 1_000_000)];
    const many = Array.from({ length: 1500 }, () =>
      silent.ledger.admit(requestFor({ budgets, boundNanoUsd: 7 })),
    );
    await Promise.all(many);
    const watchful = await connected(WATCHFUL);
    await vi.waitFor(
      async () => {
        const readings = await watchful.ledger.readBudgets(budgets.map(({ id }) => id));
        expect(readings).toMatchObject([
          { spentNanoUsd: 10_500, reservedNanoUsd: 0, unconfirmedNanoUsd: 10_500 },
        ]);
      },
      { timeout: 10_000 },
    );
  });

  test("is not taken for gone before it was watched for the whole time", async () => {
    const silent = await connected(NEVER_SEEN);
    const held = heldBy(silent);
    await held.admit();
    const patient = await connected({ heartbeatMs: 50, goneAfterMs: 3_600_000 });
    for (let look = 0; look < 5; look += 1) expect(await patient.ledger.reap()).toBe(0);
    expect(await held.readingBy(patient)).toMatchObject({ reservedNanoUsd: 100, unconfirmedNanoUsd: 0 });
  });
});

describe("a process that ends in order", () => {
  test("is charged for what it still held, and leaves no trace of itself", async () => {
    const leaving = await connectedStore({ url: server.url });
    const held = heldBy(leaving);
    await held.admit();
    const before = await server.ask("hlen", "{claude-agents}:processes");
    await leaving.close();
    const after = await server.ask("hlen", "{claude-agents}:processes");
    expect(Number(before) - Number(after)).toBe(1);
    const reader = await connected({});
    expect(await held.readingBy(reader)).toMatchObject({ reservedNanoUsd: 0, unconfirmedNanoUsd: 100 });
  });

  test("hands over the usage that it had summed up", async () => {
    const leaving = await connectedStore({ url: server.url, timings: { usageMs: 3_600_000 } });
    const tenant = randomUUID();
    const zero = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costNanoUsd: 0 };
    const row = { hour: "2026-11-25T10:00:00.000Z", tenant, agent: "a", model: "m", requests: 1, ...zero };
    leaving.usage.add(row);
    await leaving.close();
    const reader = await connected({});
    const rows = await reader.usage.between(
      new Date("2026-11-25T10:00:00Z"),
      new Date("2026-11-25T11:00:00Z"),
    );
    expect(rows.filter((found) => found.tenant === tenant)).toEqual([row]);
  });
});
