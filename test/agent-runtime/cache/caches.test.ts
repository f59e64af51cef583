import { beforeEach, describe, expect, it } from "vitest";
import { Caches, type NamedCache } from "../../../agent-runtime/src/cache/caches.ts";
import { createLogger } from "../../../agent-runtime/src/log.ts";
import { testEnv } from "../running-gateway.ts";
import { SharedStore } from "./fakes.ts";

class RecordingCache implements NamedCache {
  readonly name: string;
  readonly forgotten: string[] = [];
  resyncs = 0;

  constructor(name: string) {
    this.name = name;
  }

  statistics() {
    return { hits: 1, misses: 2, joined: 3, entries: 4, bytes: 5, evictions: 6 };
  }

  forget(pattern: string): number {
    this.forgotten.push(pattern);
    return 2;
  }

  resync(): void {
    this.resyncs += 1;
  }
}

let store: SharedStore;
let logLines: string[];

beforeEach(() => {
  store = new SharedStore();
  logLines = [];
});

function newProcess() {
  const log = createLogger(testEnv(), { write: (line) => void logLines.push(line) });
  const caches = new Caches({ store, log });
  const [one, two] = [new RecordingCache("one"), new RecordingCache("two")];
  caches.add(one);
  caches.add(two);
  return { caches, one, two };
}

describe("an invalidation", () => {
  it("by name empties this cache in every process", async () => {
    const [here, there] = [newProcess(), newProcess()];
    expect(await here.caches.invalidate({ cache: "one" })).toBe(2);
    expect(there.one.forgotten).toEqual(["*"]);
    expect([here.two.forgotten, there.two.forgotten]).toEqual([[], []]);
  });

  it("by pattern reaches every cache in every process", async () => {
    const [here, there] = [newProcess(), newProcess()];
    expect(await here.caches.invalidate({ pattern: "acme/*" })).toBe(4);
    expect([there.one.forgotten, there.two.forgotten]).toEqual([["acme/*"], ["acme/*"]]);
  });

  it("counts what all processes share, where there is more of it", async () => {
    const { caches } = newProcess();
    caches.add(Object.assign(new RecordingCache("three"), { forgetShared: async () => 7 }));
    expect(await caches.invalidate({ cache: "three" })).toBe(7);
  });

  it("of a cache that is not there is refused and names those that are", async () => {
    const { caches } = newProcess();
    await expect(caches.invalidate({ cache: "nine" })).rejects.toThrow("Name one of: one, two.");
  });

  it.each(["", "x".repeat(1_025)])("by a pattern of improper length is refused", async (pattern) => {
    await expect(newProcess().caches.invalidate({ pattern })).rejects.toThrow("1 to 1024 characters");
  });

  it("fails loudly when the other processes cannot be told, and has dropped its own entries", async () => {
    const { caches, one } = newProcess();
    store.isUp = false;
    await expect(caches.invalidate({})).rejects.toThrow("down");
    expect(one.forgotten).toEqual(["*"]);
  });
});

describe("a process", () => {
  it.each(["not json", "{}x", '{"cache":1}', '{"pattern":""}'])(
    "is not harmed by the message %j",
    async (message) => {
      const { one } = newProcess();
      await store.broadcast("caches:invalidate", message);
      expect(one.forgotten).toEqual([]);
      expect(logLines.join()).toContain("could not be read");
    },
  );

  it("passes over other topics and caches of another version", async () => {
    const { one, two } = newProcess();
    await store.broadcast("something:else", "{}");
    await store.broadcast("caches:invalidate", '{"cache":"newer"}');
    expect([one.forgotten, two.forgotten, logLines]).toEqual([[], [], []]);
  });

  it("tells its caches that invalidations may have been missed when the store comes back", () => {
    const { one } = newProcess();
    store.emit({ kind: "lost" });
    expect(one.resyncs).toBe(0);
    store.emit({ kind: "connected" });
    expect(one.resyncs).toBe(1);
  });

  it("hears nothing more once closed", async () => {
    const { caches, one } = newProcess();
    caches.close();
    await store.broadcast("caches:invalidate", "{}");
    expect(one.forgotten).toEqual([]);
  });
});

describe("the register", () => {
  it("shows statistics by name", () => {
    expect(Object.keys(newProcess().caches.statistics())).toEqual(["one", "two"]);
  });

  it("holds one cache of a name", () => {
    expect(() => newProcess().caches.add(new RecordingCache("one"))).toThrow("named one already");
  });
});
