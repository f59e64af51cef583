import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Store, StoreEvent } from "../../../agent-runtime/src/store/contract.ts";
import { describeLedger } from "./ledger-conformance.ts";
import { usageRow } from "./sample-charges.ts";

/** What every adapter of the store does. Each test has ids of its own, so that one server can serve them all. */
export function describeStore(kind: Store["kind"], open: () => Promise<Store>, adapter: string = kind): void {
  describeLedger(open, adapter);

  describe(`the ${adapter} store`, () => {
    let store: Store;
    let unique: string;

    beforeEach(async () => {
      store = await open();
      unique = randomUUID();
    });

    afterEach(() => store.close());

    describe("tables", () => {
      test("a row is there after it was set, with exactly its text", async () => {
        const row = `{"name":"ünï\u0000\\n",\n"x":1}`;
        await store.table("api-keys").set(unique, row);
        expect(await store.table("api-keys").get(unique)).toBe(row);
        expect((await store.table("api-keys").all()).get(unique)).toBe(row);
      });

      test("a row is replaced, not merged", async () => {
        await store.table("api-keys").set(unique, "one");
        await store.table("api-keys").set(unique, "two");
        expect(await store.table("api-keys").get(unique)).toBe("two");
      });

      test("deleting says whether there was a row", async () => {
        await store.table("api-keys").set(unique, "one");
        expect(await store.table("api-keys").delete(unique)).toBe(true);
        expect(await store.table("api-keys").delete(unique)).toBe(false);
        expect(await store.table("api-keys").get(unique)).toBeUndefined();
      });

      test("a row is replaced only while it is what was read", async () => {
        const table = store.table("api-keys");
        expect(await table.replace(unique, "zero", "one")).toBe(false);
        expect(await table.replace(unique, undefined, "one")).toBe(true);
        expect(await table.replace(unique, undefined, "two")).toBe(false);
        expect(await table.replace(unique, "one", "two")).toBe(true);
        expect(await table.get(unique)).toBe("two");
      });

      test("of many who replace a row at once each has its turn", async () => {
        const table = store.table("api-keys");
        const add = async (letter: string): Promise<void> => {
          for (;;) {
            const row = await table.get(unique);
            if (await table.replace(unique, row, `${row ?? ""}${letter}`)) return;
          }
        };
        await Promise.all([..."abcdefgh"].map(add));
        expect([...((await table.get(unique)) ?? "")].sort().join("")).toBe("abcdefgh");
      });

      test("a table does not show the rows of another", async () => {
        await store.table("api-keys").set(unique, "one");
        expect(await store.table("budget-raises").get(unique)).toBeUndefined();
      });

      test("whoever watches is told of each change once", async () => {
        const events: StoreEvent[] = [];
        const stop = store.watch((event) => events.push(event));
        await store.table("api-keys").set(unique, "one");
        await store.table("api-keys").delete(unique);
        const told = { kind: "table", table: "api-keys", id: unique };
        await vi.waitFor(() => expect(events).toEqual([told, told]));
        stop();
        await store.table("api-keys").set(unique, "two");
        await store.broadcast(unique, "after");
        expect(events).toEqual([told, told]);
      });

      test("a listener that throws keeps no other from hearing", async () => {
        const heard = vi.fn<(event: StoreEvent) => void>();
        store.watch(() => {
          throw new Error("a faulty listener");
        });
        store.watch(heard);
        await store.broadcast(unique, "hello");
        await vi.waitFor(() =>
          expect(heard.mock.calls).toEqual([[{ kind: "broadcast", topic: unique, message: "hello" }]]),
        );
      });
    });

    describe("cache", () => {
      test("gives back the bytes that were put in", async () => {
        const value = Buffer.from([0, 255, 13, 10, 128]);
        await store.cache.set(unique, value, 60_000);
        expect(await store.cache.get(unique)).toEqual(value);
        expect(await store.cache.get(`other-${unique}`)).toBeUndefined();
      });

      test("an entry is gone after its time to live", async () => {
        await store.cache.set(unique, Buffer.from("x"), 20);
        await vi.waitFor(async () => expect(await store.cache.get(unique)).toBeUndefined());
      });

      test("a pattern removes what it matches, all else stays", async () => {
        const names = [`${unique}:a:1`, `${unique}:a:2`, `${unique}:b:1`, `${unique}:[a]?:1`];
        for (const name of names) await store.cache.set(name, Buffer.from("x"), 60_000);
        expect(await store.cache.deleteMatching(`${unique}:a:*`)).toBe(2);
        expect(await store.cache.deleteMatching(`${unique}:[a]?:*`)).toBe(1);
        expect(await store.cache.get(`${unique}:b:1`)).toEqual(Buffer.from("x"));
        expect(await store.cache.deleteMatching(`${unique}*`)).toBe(1);
      });
    });

    describe("usage", () => {
      const during = (from: string, to: string) => store.usage.between(new Date(from), new Date(to));
      const hourly = async (from: string, to: string) =>
        (await during(from, to)).filter(({ tenant }) => tenant === unique);

      test("rows of the same hour, tenant, agent and model are summed up", async () => {
        const row = usageRow({ tenant: unique });
        store.usage.add(row);
        store.usage.add(row);
        store.usage.add({ ...row, model: "claude-opus-5-5" });
        await vi.waitFor(
          async () => {
            const rows = await hourly("2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z");
            const both = {
              requests: 2,
              inputTokens: 20,
              outputTokens: 10,
              cacheReadTokens: 6,
              cacheWriteTokens: 4,
            };
            expect(rows.toSorted((one, other) => other.requests - one.requests)).toEqual([
              { ...row, ...both, costNanoUsd: 2000 },
              { ...row, model: "claude-opus-5-5" },
            ]);
          },
          { timeout: 5000 },
        );
      });

      test("the beginning belongs to the time asked for, the end does not", async () => {
        for (const hour of ["09", "10", "11"]) {
          store.usage.add(usageRow({ tenant: unique, hour: `2026-11-25T${hour}:00:00.000Z` }));
        }
        await vi.waitFor(
          async () => {
            expect(await hourly("2026-11-25T09:00:00Z", "2026-11-25T12:00:00Z")).toHaveLength(3);
            const rows = await hourly("2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z");
            expect(rows.map(({ hour }) => hour)).toEqual(["2026-11-25T10:00:00.000Z"]);
          },
          { timeout: 5000 },
        );
      });
    });

    test("is up and says which it is", () => {
      expect([store.isUp, store.kind]).toEqual([true, kind]);
    });
  });
}
