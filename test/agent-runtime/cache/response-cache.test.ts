import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type CacheableRequest, cacheKey } from "../../../agent-runtime/src/cache/cache-key.ts";
import { type Lead, ResponseCache } from "../../../agent-runtime/src/cache/response-cache.ts";
import { answer, cacheConfig, cacheMetrics, patient, request, SharedStore } from "./fakes.ts";

let store: SharedStore;
let config: ReturnType<typeof cacheConfig>;
let counted: ReturnType<typeof cacheMetrics>;
let cache: ResponseCache;

const newProcess = () => new ResponseCache({ config, store, metrics: counted.metrics });

beforeEach(() => {
  vi.useFakeTimers();
  // At zero, where the faked clock begins, the LRU takes an entry for one without a time to live.
  vi.advanceTimersByTime(1);
  store = new SharedStore();
  config = cacheConfig();
  counted = cacheMetrics();
  cache = newProcess();
});

afterEach(() => {
  vi.useRealTimers();
});

async function lead(asked: CacheableRequest = request(), from = cache): Promise<Lead> {
  const found = await from.lookup(asked, patient());
  if (found.kind !== "lead") throw new Error(`it is a ${found.kind}`);
  return found.lead;
}

async function keep(text: string, asked: CacheableRequest = request(), from = cache): Promise<void> {
  (await lead(asked, from)).store(answer(text));
}

const outcomeOf = async (asked: CacheableRequest, from = cache) => {
  const found = await from.lookup(asked, patient());
  return found.kind === "bypass" ? "bypass" : found.outcome;
};

const wants = (mode: string) => request({ headers: { "x-claude-agent-cache": mode } });

describe("the cache header", () => {
  it("turns the cache on, which is off without it", async () => {
    expect(await cache.lookup(request({ headers: {} }), patient())).toEqual({ kind: "bypass" });
    await keep("hello");
    expect(await cache.lookup(request(), patient())).toEqual({
      kind: "hit",
      outcome: "hit",
      answer: answer("hello"),
    });
  });

  it("turns the cache off for an agent type that the configuration turns it on for", async () => {
    config.change({ agents: ["support"] });
    expect(await outcomeOf(request({ headers: {} }))).toBe("miss");
    expect(await outcomeOf(request({ headers: {}, agent: "other" }))).toBe("bypass");
    expect(await outcomeOf(wants("off"))).toBe("bypass");
  });

  it("replaces the answer with `refresh`", async () => {
    const fresh = { "x-claude-agent-cache": "refresh", "anthropic-version": "2023-06-01" };
    await keep("old");
    await keep("new", request({ headers: fresh }));
    expect(await cache.lookup(request(), patient())).toMatchObject({ outcome: "hit", answer: answer("new") });
  });

  it.each(["on", "USE", "", "use, use"])("is refused as invalid with the value %j", async (mode) => {
    await expect(cache.lookup(wants(mode), patient())).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining("must be use, refresh or off"),
    });
  });
});

describe("what is never kept", () => {
  it.each([
    ["a stream", { streams: true }],
    ["a request with tools of the upstream", { usesServerTools: true }],
  ])("is the answer to %s", async (_what, fields) => {
    expect(await outcomeOf(request(fields))).toBe("bypass");
    expect(await counted.count("responses", "bypass")).toBe(1);
  });

  it.each([
    ["fault 53: a cached error: status 500", answer("x", {}, 500)],
    ["fault 53: a cached error: status 429", answer("x", {}, 429)],
    ["fault 53: a cached error: an error with status 200", answer("x", { type: "error" })],
    ["fault 53: truncated stream: bytes of a stream", { ...answer("x"), contentType: "text/event-stream" }],
    [
      "fault 53: truncated stream: an answer cut off in the middle",
      { ...answer("x"), body: answer("x").body.subarray(0, -9) },
    ],
    ["a turn truncated at max_tokens", answer("x", { stop_reason: "max_tokens" })],
    ["a turn truncated at the context window", answer("x", { stop_reason: "model_context_window_exceeded" })],
    ["a turn that calls a tool", answer("x", { stop_reason: "tool_use" })],
    ["a paused turn", answer("x", { stop_reason: "pause_turn" })],
    ["a refusal", answer("x", { stop_reason: "refusal" })],
    ["a turn without a reason to stop", answer("x", { stop_reason: null })],
    ["a turn that has used a tool", answer("x", { content: [{ type: "server_tool_use" }] })],
  ])("is %s", async (_what, unrepeatable) => {
    (await lead()).store(unrepeatable);
    expect(await outcomeOf(request())).toBe("miss");
    expect(store.entries.size).toBe(0);
    expect(await counted.count("responses", "stored")).toBe(0);
  });

  it("is an answer larger than an entry may be, which those who wait get all the same", async () => {
    config.change({ maxEntryBytes: 100 });
    const leader = await lead();
    const waiting = cache.lookup(request(), patient());
    leader.store(answer("x".repeat(100)));
    expect(await waiting).toMatchObject({ outcome: "joined" });
    expect(await outcomeOf(request())).toBe("miss");
    expect(store.entries.size).toBe(0);
  });
});

describe("fault 53: cross-tenant key", () => {
  it.each([
    ["another tenant", { tenant: "globex" }],
    ["another API version", { headers: { ...request().headers, "anthropic-version": "2024-01-01" } }],
    ["other betas", { headers: { ...request().headers, "anthropic-beta": "b-1" } }],
    ["another body, be it by a space", { body: Buffer.from('{"model":"claude-sonnet-5-5", "messages":[]}') }],
  ])("fault 53: %s never gets the answer, in this process or another", async (_what, fields) => {
    await keep("for acme");
    expect(await outcomeOf(request(fields))).toBe("miss");
    expect(await outcomeOf(request(fields), newProcess())).toBe("miss");
    expect(await outcomeOf(request())).toBe("hit");
  });

  it("fault 53: the tenant is part of the hash too, not of the names before it alone", () => {
    const hashOf = (asked: CacheableRequest) => cacheKey(asked).split("/").at(-1);
    expect(hashOf(request())).not.toBe(hashOf(request({ tenant: "globex" })));
  });

  it("fault 53: a tenant does not join the flight of another", async () => {
    await lead();
    expect(await outcomeOf(request({ tenant: "globex" }))).toBe("miss");
  });

  it("fault 53: parts of the key cannot be shifted from one into the next", async () => {
    const headers = { "x-claude-agent-cache": "use" };
    await keep("one", request({ headers: { ...headers, "anthropic-version": "a", "anthropic-beta": "b" } }));
    for (const [version, beta] of [
      ["ab", ""],
      ["", "ab"],
      ['a","b', undefined],
    ]) {
      const shifted = { ...headers, "anthropic-version": version, "anthropic-beta": beta };
      expect(await outcomeOf(request({ headers: shifted }))).toBe("miss");
    }
  });
});

describe("the key", () => {
  const keyOf = (fields: Partial<CacheableRequest>) => cacheKey(request(fields));
  const headers = { "anthropic-version": "2023-06-01", "anthropic-beta": "one" };

  it("is another one for each header that the upstream sees, and for the query", () => {
    const keys = [
      keyOf({ headers }),
      keyOf({ headers: { ...headers, "anthropic-workspace-id": "w1" } }),
      keyOf({ headers: { ...headers, "anthropic-workspace-id": "w2" } }),
      keyOf({ headers, path: "/v1/messages?beta=true" }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("is the same whatever the upstream does not see, and in whatever order the rest comes", () => {
    const reversed = { "anthropic-beta": "one", "anthropic-version": "2023-06-01", "user-agent": "other" };
    const keptBack = { ...reversed, "anthropic-organization-id": "o1" };
    expect(keyOf({ headers: keptBack })).toBe(keyOf({ headers }));
  });
});

describe("fault 53: cache stampede", () => {
  it("fault 53: of so many identical requests at once as may wait one asks the upstream", async () => {
    const found = Array.from({ length: 33 }, () => cache.lookup(request(), patient()));
    const first = await found[0];
    if (first?.kind !== "lead") throw new Error("the first one does not lead");
    first.lead.store(answer("once"));
    const others = await Promise.all(found.slice(1));
    expect(others.every((other) => other.kind === "hit" && other.outcome === "joined")).toBe(true);
    expect(cache.statistics()).toMatchObject({ hits: 0, misses: 1, joined: 32, entries: 1 });
    expect(store.reads).toBe(1);
  });

  it("fault 53: more than 32 do not wait: each would hold a place that others need", async () => {
    await lead();
    const waiting = Array.from({ length: 32 }, () => cache.lookup(request(), patient()));
    expect(await cache.lookup(request(), patient())).toMatchObject({ kind: "lead" });
    expect(await Promise.race([Promise.any(waiting), Promise.resolve("they wait")])).toBe("they wait");
  });

  it("fault 53: when the one that asks fails, each of the others asks on its own", async () => {
    const leader = await lead();
    const waiting = [cache.lookup(request(), patient()), cache.lookup(request(), patient())];
    leader.abandon("failed");
    expect((await Promise.all(waiting)).map(({ kind }) => kind)).toEqual(["lead", "lead"]);
  });

  it("fault 53: when the caller of the one that asks leaves, one other asks and the rest wait for it", async () => {
    const leader = await lead();
    const [second, third] = [cache.lookup(request(), patient()), cache.lookup(request(), patient())];
    expect(leader.isAwaited).toBe(true);
    leader.abandon("left");
    const successor = await second;
    if (successor.kind !== "lead") throw new Error("nobody leads");
    successor.lead.store(answer("by the second"));
    expect(await third).toMatchObject({ outcome: "joined", answer: answer("by the second") });
  });

  it("hands the lead to nobody who has left", async () => {
    const leader = await lead();
    const leaving = new AbortController();
    const left = cache.lookup(request(), leaving.signal);
    const stays = cache.lookup(request(), patient());
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    leader.abandon("left");
    expect(await stays).toMatchObject({ kind: "lead" });
  });

  it("lets a caller that waits leave without ending the flight", async () => {
    const leader = await lead();
    const leaving = new AbortController();
    const left = cache.lookup(request(), leaving.signal);
    const stays = cache.lookup(request(), patient());
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    leader.store(answer("still"));
    expect(await stays).toMatchObject({ outcome: "joined" });
  });
});

describe("an entry", () => {
  it("ends after its time to live, also in another process that took it over late", async () => {
    await keep("hello");
    vi.advanceTimersByTime(200_000);
    const other = newProcess();
    expect(await outcomeOf(request(), other)).toBe("hit");
    vi.advanceTimersByTime(99_000);
    expect([await outcomeOf(request()), await outcomeOf(request(), other)]).toEqual(["hit", "hit"]);
    vi.advanceTimersByTime(2_000);
    expect([await outcomeOf(request()), await outcomeOf(request(), other)]).toEqual(["miss", "miss"]);
  });

  it("leaves for newer ones when there are as many as may be, and is counted as evicted", async () => {
    config.change({ maxEntries: 2 });
    store.isUp = false;
    for (const agent of ["a", "b", "c"]) await keep(agent, request({ agent }));
    expect(cache.statistics()).toMatchObject({ entries: 2, evictions: 1 });
    expect(await outcomeOf(request({ agent: "a" }))).toBe("miss");
  });

  it("leaves when all together take more than 32 MiB", async () => {
    config.change({ maxEntryBytes: 16_777_216 });
    store.isUp = false;
    for (const agent of ["a", "b", "c"]) await keep("x".repeat(15 * 1024 ** 2), request({ agent }));
    expect(cache.statistics().entries).toBe(2);
    expect(cache.statistics().bytes).toBeLessThanOrEqual(32 * 1024 ** 2);
  });

  it("outlives a change of the configuration", async () => {
    await keep("hello");
    config.change({ maxEntries: 10 });
    store.isUp = false;
    expect(await outcomeOf(request())).toBe("hit");
  });
});

describe("a store that fails is a miss:", () => {
  it("down when asked and when written to", async () => {
    store.isUp = false;
    await keep("hello");
    expect(await outcomeOf(request())).toBe("hit");
    expect(await outcomeOf(request(), newProcess())).toBe("miss");
  });

  it("lost between the question and the answer", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    store.gate = promise;
    const asking = outcomeOf(request());
    await vi.waitFor(() => expect(store.reads).toBe(1));
    store.isUp = false;
    resolve();
    expect(await asking).toBe("miss");
  });

  it("slower than a quarter of a second", async () => {
    store.gate = new Promise(() => undefined);
    const asking = outcomeOf(request());
    await vi.advanceTimersByTimeAsync(250);
    expect(await asking).toBe("miss");
  });

  it.each([
    ["cut off", (bytes: Buffer) => bytes.subarray(0, -1)],
    ["empty", () => Buffer.alloc(0)],
    ["of another version", () => Buffer.from('{"v":2}\n{}')],
  ])("an entry that is %s", async (_what, damage) => {
    await keep("hello");
    for (const [key, bytes] of store.entries) store.entries.set(key, damage(bytes));
    expect(await outcomeOf(request(), newProcess())).toBe("miss");
  });
});

describe("forgetting", () => {
  beforeEach(async () => {
    await keep("1", request());
    await keep("2", request({ agent: "sales" }));
    await keep("3", request({ tenant: "globex", model: "claude-opus-5-5" }));
  });

  it.each([
    ["*", 3],
    ["acme", 2],
    ["acme/claude-sonnet-*", 2],
    ["acme/*/sales", 1],
    ["*/*/support", 2],
    ["*/claude-opus-5-5", 1],
    ["glob*", 1],
    ["support", 0],
    ["*/support", 0],
  ])("drops what %s matches: %i", async (pattern, count) => {
    expect(cache.forget(pattern)).toBe(count);
    expect(cache.statistics().entries).toBe(3 - count);
    expect(await cache.forgetShared(pattern)).toBe(count);
    expect(store.entries.size).toBe(3 - count);
  });

  it("refuses a pattern with more parts than names", () => {
    expect(() => cache.forget("a/b/c/d")).toThrow("tenant/model/agent");
  });

  it("does not keep an answer that was asked for before, and those who wait get it", async () => {
    const other = request({ agent: "late" });
    const leader = await lead(other);
    const waiting = cache.lookup(other, patient());
    cache.forget("*");
    leader.store(answer("stale"));
    expect(await waiting).toMatchObject({ outcome: "joined" });
    expect(await outcomeOf(other)).toBe("miss");
  });

  it("does not take over an entry that was read before and is deleted meanwhile", async () => {
    const other = newProcess();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.gate = promise;
    const asking = outcomeOf(request(), other);
    const reads = store.reads;
    await vi.waitFor(() => expect(store.reads).toBe(reads + 1));
    other.forget("*");
    resolve();
    expect(await asking).toBe("miss");
    expect(other.statistics().entries).toBe(0);
  });

  it("is not thwarted by a model with an odd name", async () => {
    const odd = request({ model: "a/b=c*\ud800" });
    await keep("odd", odd);
    expect(await outcomeOf(odd)).toBe("hit");
    expect(cache.forget("acme/a*")).toBe(1);
  });
});

it("fault 54: its label values are a closed set whatever tenants, models and agents are named", async () => {
  for (let index = 0; index < 300; index += 1) {
    await keep("x", request({ tenant: `t${index}`, model: `m${index}`, agent: `a${index}` }));
  }
  expect(await counted.count("responses", "miss")).toBe(300);
  expect(await counted.count("responses", "stored")).toBe(300);
});
