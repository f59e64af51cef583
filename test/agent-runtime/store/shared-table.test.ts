import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type StoreEvent, StoreUnavailableError } from "../../../agent-runtime/src/store/contract.ts";
import { EmbeddedStore } from "../../../agent-runtime/src/store/embedded/embedded-store.ts";
import { EmbeddedTable } from "../../../agent-runtime/src/store/embedded/embedded-table.ts";
import { SharedTable } from "../../../agent-runtime/src/store/shared-table.ts";
import { recordingLog } from "./recording-log.ts";

/** A store whose table can be away and whose events the test sends. */
class ScriptedStore extends EmbeddedStore {
  readonly rows = new Map<string, string>();
  readonly #announced: ((event: StoreEvent) => void)[] = [];
  isAway = false;

  override table() {
    const rows = this.rows;
    const table = new EmbeddedTable(rows, () => undefined);
    table.all = async () => {
      if (this.isAway) throw new StoreUnavailableError("away");
      return new Map(rows);
    };
    return table;
  }

  override watch(listener: (event: StoreEvent) => void) {
    this.#announced.push(listener);
    return () => void this.#announced.splice(this.#announced.indexOf(listener), 1);
  }

  announce(event: StoreEvent): void {
    for (const listener of this.#announced) listener(event);
  }
}

const parse = (row: string) => Number(JSON.parse(row));

describe("a shared table", () => {
  let store: ScriptedStore;
  let mirror: SharedTable<number>;
  const { log, lines } = recordingLog();
  const open = () => new SharedTable({ store, table: "api-keys", parse, log });

  beforeEach(() => {
    vi.useFakeTimers();
    lines.length = 0;
    store = new ScriptedStore({ log });
  });

  afterEach(async () => {
    mirror.close();
    await store.close();
    vi.useRealTimers();
  });

  test("is loaded once it has been read, and holds parsed rows", async () => {
    store.rows.set("one", "1");
    mirror = open();
    expect([mirror.isLoaded, mirror.ageMs]).toEqual([false, Number.POSITIVE_INFINITY]);
    await mirror.settled();
    expect([mirror.isLoaded, mirror.get("one"), [...mirror.entries()]]).toEqual([true, 1, [["one", 1]]]);
  });

  test("follows a change that is announced, also a deletion", async () => {
    mirror = open();
    await mirror.settled();
    store.rows.set("one", "1");
    store.announce({ kind: "table", table: "api-keys", id: "one" });
    await mirror.settled();
    expect(mirror.get("one")).toBe(1);
    store.rows.delete("one");
    store.announce({ kind: "table", table: "api-keys", id: "one" });
    await mirror.settled();
    expect(mirror.get("one")).toBeUndefined();
  });

  test("does not read for a change of another table", async () => {
    mirror = open();
    await mirror.settled();
    store.rows.set("one", "1");
    store.announce({ kind: "table", table: "switches", id: "one" });
    await mirror.settled();
    expect(mirror.get("one")).toBeUndefined();
  });

  test("reads everything again when the store is connected anew", async () => {
    mirror = open();
    await mirror.settled();
    store.rows.set("one", "1");
    store.announce({ kind: "connected" });
    await mirror.settled();
    expect(mirror.get("one")).toBe(1);
  });

  test("reads everything every 30 s, though nothing was announced", async () => {
    mirror = open();
    await mirror.settled();
    store.rows.set("one", "1");
    await vi.advanceTimersByTimeAsync(29_999);
    expect(mirror.get("one")).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(mirror.get("one")).toBe(1);
  });

  test("skips a row that cannot be read, and says so without its text", async () => {
    store.rows.set("bad", "secret{").set("good", "2");
    mirror = open();
    await mirror.settled();
    expect([...mirror.entries()]).toEqual([["good", 2]]);
    expect(lines).toMatchObject([{ level: "warn", id: "bad", table: "api-keys" }]);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  test("keeps the last known rows while the store is away, and says how old they are", async () => {
    store.rows.set("one", "1");
    mirror = open();
    await mirror.settled();
    store.isAway = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([mirror.get("one"), mirror.ageMs]).toEqual([1, 60_000]);
  });

  test("hears nothing more once it is closed", async () => {
    mirror = open();
    await mirror.settled();
    mirror.close();
    store.rows.set("one", "1");
    store.announce({ kind: "connected" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(mirror.get("one")).toBeUndefined();
  });
});
