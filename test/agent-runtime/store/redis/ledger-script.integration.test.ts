import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  admitMessage,
  settleMessage,
  usageMessage,
} from "../../../../agent-runtime/src/store/redis/ledger-message.ts";
import {
  KEY_TAG,
  LEDGER_SCRIPTS,
  type LedgerScript,
} from "../../../../agent-runtime/src/store/redis/ledger-script.ts";
import { RedisConnection } from "../../../../agent-runtime/src/store/redis/redis-connection.ts";
import { budget, NEVER_REFILLS, requestFor, settlementOf, usageRow } from "../sample-charges.ts";
import { RedisServer } from "./redis-server.ts";

const DAY_SECONDS = 24 * 3600;

let server: RedisServer;
let connection: RedisConnection;

beforeEach(async () => {
  server = await RedisServer.start();
  const endpoint = { host: "127.0.0.1", port: server.port };
  connection = await RedisConnection.open({ endpoint, password: "secret", connectMs: 1000 }, () => undefined);
});

afterEach(async () => {
  connection.close();
  await server.stop();
});

const run = (script: LedgerScript, ...args: string[]) =>
  connection.send(["EVAL", LEDGER_SCRIPTS[script], "1", KEY_TAG, ...args]);

const sender = (number: number) => ({ process: "p1", number });
const bucket = { id: "b", capacity: 10, refillPerSecond: NEVER_REFILLS, amount: 1 };
const charged = () => requestFor({ budgets: [budget("fleet", 1000)], boundNanoUsd: 10, buckets: [bucket] });

/** Such come from a connection that was given up, after what was sent again on the next one. */
describe("an operation that arrives late", () => {
  test("does not admit when a later one of its process was applied", async () => {
    await run("settle", settleMessage(sender(2), settlementOf(charged(), 0), false));
    expect(await run("admit", admitMessage(sender(1), charged()))).toEqual(["known"]);
    expect(await server.ask("keys", `${KEY_TAG}:budget:*`)).toBe("");
  });

  test("does not settle again, not even a lease that was lost", async () => {
    const settlement = settlementOf(charged(), 7);
    expect(await run("settle", settleMessage(sender(1), settlement, true))).toBe(1);
    expect(await run("settle", settleMessage(sender(1), settlement, true))).toBe(0);
    expect(await server.ask("hget", `${KEY_TAG}:budget:fleet`, "spent")).toBe("7");
  });

  test("does not count usage again", async () => {
    const message = usageMessage(sender(1), [usageRow()]);
    expect([await run("usage", message), await run("usage", message)]).toEqual([1, 0]);
    const [key = ""] = (await server.ask("keys", `${KEY_TAG}:usage:*`)).split("\n");
    expect(await server.ask("hvals", key)).toBe("1\n10\n5\n3\n2\n1000");
  });
});

describe("what the ledger keeps", () => {
  const expiry = async (key: string) => Number(await server.ask("ttl", `${KEY_TAG}:${key}`));

  test("of a bucket lasts until it is full", async () => {
    await run(
      "admit",
      admitMessage(sender(1), requestFor({ buckets: [{ ...bucket, refillPerSecond: 0.1, amount: 5 }] })),
    );
    expect(await expiry("bucket:b")).toBeGreaterThan(45);
    expect(await expiry("bucket:b")).toBeLessThanOrEqual(50);
  });

  test("of a bucket is gone once everything was given back", async () => {
    const request = charged();
    await run("admit", admitMessage(sender(1), request));
    await run("settle", settleMessage(sender(2), settlementOf(request, 0, [0]), true));
    expect(await server.ask("exists", `${KEY_TAG}:bucket:b`)).toBe("0");
  });

  test("of a budget lasts for 40 days after its window", async () => {
    await run("admit", admitMessage(sender(1), charged()));
    const days = (await expiry("budget:fleet")) / DAY_SECONDS;
    expect(days).toBeGreaterThan(40);
    expect(days).toBeLessThan(40.1);
  });

  test("of a session's budget lasts for two days after its window", async () => {
    const budgets = charged().budgets.map((budget) => ({ ...budget, id: "session:acme/s1" }));
    await run("admit", admitMessage(sender(1), { ...charged(), budgets }));
    const days = (await expiry("budget:session:acme/s1")) / DAY_SECONDS;
    expect(days).toBeGreaterThan(2);
    expect(days).toBeLessThan(2.1);
  });

  test("of a budget is nothing where nothing is spent", async () => {
    const request = { ...charged(), boundNanoUsd: 0 };
    await run("admit", admitMessage(sender(1), request));
    await run("settle", settleMessage(sender(2), settlementOf(request, 0, [0]), true));
    expect(await server.ask("exists", `${KEY_TAG}:budget:fleet`)).toBe("0");
  });

  test("of usage lasts for 400 days after its hour", async () => {
    const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString();
    await run("usage", usageMessage(sender(1), [usageRow({ hour })]));
    const days = (await expiry(`usage:${hour}`)) / DAY_SECONDS;
    expect(days).toBeGreaterThan(399);
    expect(days).toBeLessThanOrEqual(400);
  });

  test("lies in one slot", async () => {
    const request = { ...charged(), concurrency: [{ id: "tenant:{x}", max: 5 }] };
    await run("admit", admitMessage(sender(1), request));
    await run("usage", usageMessage(sender(2), [usageRow()]));
    await run("beat", "p1");
    const keys = (await server.ask("keys", "*")).split("\n");
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter((key) => !key.startsWith(`${KEY_TAG}:`))).toEqual([]);
  });
});
