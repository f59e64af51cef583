import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CachedAnswer } from "../../../agent-runtime/src/cache/cached-answer.ts";
import { ModelsCache, type ModelsRequest } from "../../../agent-runtime/src/cache/models-cache.ts";
import { createLogger } from "../../../agent-runtime/src/log.ts";
import { testEnv } from "../running-gateway.ts";
import { cacheMetrics } from "./fakes.ts";

const HOUR_MS = 3_600_000;

let folder: string;
let nowMs: number;
let logLines: string[];
let counted: ReturnType<typeof cacheMetrics>;
const fetch = vi.fn<(request: ModelsRequest) => Promise<CachedAnswer>>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "models-"));
  nowMs = Date.parse("2026-01-01T00:00:00Z");
  logLines = [];
  counted = cacheMetrics();
  fetch.mockReset();
});

afterEach(() => rm(folder, { recursive: true, maxRetries: 5, retryDelay: 20 }));

const models = (name: string, status = 200): CachedAnswer => ({
  status,
  contentType: "application/json",
  body: Buffer.from(JSON.stringify({ data: [{ id: name }] })),
});

const get = (path = "/v1/models", headers: ModelsRequest["headers"] = {}): ModelsRequest => ({
  path,
  headers,
});

const open = (fields: { dataDir?: string; baseUrl?: string } = {}) =>
  ModelsCache.open({
    baseUrl: "https://api.anthropic.com",
    fetch,
    log: createLogger(testEnv(), { write: (line) => void logLines.push(line) }),
    metrics: counted.metrics,
    nowMs: () => nowMs,
    ...fields,
  });

describe("an answer about models", () => {
  it("is fetched once in 24 hours", async () => {
    const cache = await open();
    fetch.mockResolvedValue(models("a"));
    expect(await cache.get(get())).toEqual(models("a"));
    nowMs += 24 * HOUR_MS;
    expect(await cache.get(get())).toEqual(models("a"));
    expect(fetch).toHaveBeenCalledOnce();
    expect(cache.statistics()).toMatchObject({ hits: 1, misses: 1, entries: 1 });
  });

  it("is given when older while a new one is fetched, once, in the background", async () => {
    const cache = await open();
    fetch.mockResolvedValueOnce(models("old"));
    await cache.get(get());
    nowMs += 24 * HOUR_MS + 1;
    const { promise, resolve } = Promise.withResolvers<CachedAnswer>();
    fetch.mockReturnValueOnce(promise);
    expect(await cache.get(get())).toEqual(models("old"));
    expect(await cache.get(get())).toEqual(models("old"));
    expect(fetch).toHaveBeenCalledTimes(2);
    resolve(models("new"));
    await vi.waitFor(async () => expect(await cache.get(get())).toEqual(models("new")));
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it.each([
    ["cannot be reached", () => fetch.mockRejectedValue(new Error("away"))],
    ["answers with 529", () => fetch.mockResolvedValue(models("x", 529))],
    ["refuses the key", () => fetch.mockResolvedValue(models("x", 401))],
  ])("stays for 7 days when the upstream %s", async (_what, fail) => {
    const cache = await open();
    fetch.mockResolvedValueOnce(models("old"));
    await cache.get(get());
    fail();
    nowMs += 7 * 24 * HOUR_MS;
    expect(await cache.get(get())).toEqual(models("old"));
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(2));
    nowMs += 1;
    const late = await cache.get(get()).catch((fault: Error) => fault.message);
    expect(late).not.toEqual(models("old"));
  });

  it("of a model that is gone is forgotten", async () => {
    const cache = await open();
    fetch.mockResolvedValueOnce(models("a")).mockResolvedValue(models("gone", 404));
    await cache.get(get("/v1/models/a"));
    nowMs += 25 * HOUR_MS;
    await cache.get(get("/v1/models/a"));
    await vi.waitFor(async () => expect((await cache.get(get("/v1/models/a")))?.status).toBe(404));
  });

  it("is fetched anew when the clock was set back", async () => {
    const cache = await open();
    fetch.mockResolvedValue(models("a"));
    await cache.get(get());
    nowMs -= HOUR_MS;
    await cache.get(get());
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it.each([404, 500, 529])("with status %i is passed on and not kept", async (status) => {
    const cache = await open();
    fetch.mockResolvedValue(models("x", status));
    expect(await cache.get(get())).toMatchObject({ status });
    await cache.get(get());
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it("is another one for another API version and other betas", async () => {
    const cache = await open();
    fetch.mockResolvedValue(models("a"));
    await cache.get(get("/v1/models", { "anthropic-version": "2023-06-01" }));
    await cache.get(get("/v1/models", { "anthropic-version": "2023-06-01", "anthropic-beta": "b" }));
    expect(fetch).toHaveBeenCalledTimes(2);
  });
});

describe("fault 53: cache stampede", () => {
  it("is not asked for while four others are, but one that is there is given", async () => {
    const cache = await open();
    fetch.mockResolvedValueOnce(models("old"));
    await cache.get(get("/v1/models/old"));
    const { promise, resolve } = Promise.withResolvers<CachedAnswer>();
    fetch.mockReturnValue(promise);
    const asked = ["a", "b", "c", "d"].map((name) => cache.get(get(`/v1/models/${name}`)));
    await expect(cache.get(get("/v1/models/e"))).rejects.toMatchObject({ code: "overloaded" });
    nowMs += 25 * HOUR_MS;
    expect(await cache.get(get("/v1/models/old"))).toEqual(models("old"));
    expect(fetch).toHaveBeenCalledTimes(5);
    resolve(models("a"));
    await Promise.all(asked);
    await cache.get(get("/v1/models/e"));
    expect(fetch).toHaveBeenCalledTimes(6);
  });

  it("fault 53: concurrent requests for models are one fetch, and its error ends all of them and is not kept", async () => {
    const cache = await open();
    fetch.mockRejectedValueOnce(new Error("away")).mockResolvedValue(models("a"));
    const results = await Promise.allSettled([cache.get(get()), cache.get(get()), cache.get(get())]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(fetch).toHaveBeenCalledOnce();
    expect(await cache.get(get())).toEqual(models("a"));
    expect(cache.statistics()).toMatchObject({ misses: 2, joined: 2 });
  });
});

describe("a query", () => {
  it.each(["?limit=20", "?after_id=claude-x", "?before_id=claude-x&limit=1000"])(
    "%s of paging is cached",
    async (query) => {
      const cache = await open();
      fetch.mockResolvedValue(models("a"));
      await cache.get(get(`/v1/models${query}`));
      expect(await cache.get(get(`/v1/models${query}`))).toEqual(models("a"));
      expect(fetch).toHaveBeenCalledOnce();
    },
  );

  it.each([
    "/v1/models?beta=true",
    "/v1/models?limit=1&x",
    "/v1/models?",
    "/v1/models?limit=%31",
    "/v1/models/a?limit=1",
  ])("such as %s is none of the cache's business", async (path) => {
    const cache = await open();
    expect(await cache.get(get(path))).toBeUndefined();
    expect(fetch).not.toHaveBeenCalled();
    expect(await counted.count("models", "bypass")).toBe(1);
  });
});

it("fault 54: entries and bytes stay bounded whatever pages are asked for", async () => {
  const cache = await open();
  fetch.mockResolvedValue({ ...models("a"), body: Buffer.alloc(20_000, " ") });
  for (let page = 0; page < 600; page += 1) await cache.get(get(`/v1/models?after_id=m${page}`));
  const { entries, bytes, evictions } = cache.statistics();
  expect(bytes).toBeLessThanOrEqual(4 * 1024 ** 2);
  expect(entries + evictions).toBe(600);
});

describe("forgetting", () => {
  it("drops matching paths, and what is being fetched is not kept", async () => {
    const cache = await open();
    const { promise, resolve } = Promise.withResolvers<CachedAnswer>();
    fetch
      .mockResolvedValueOnce(models("list"))
      .mockResolvedValueOnce(models("a"))
      .mockReturnValueOnce(promise);
    await cache.get(get());
    await cache.get(get("/v1/models/a"));
    const fetching = cache.get(get("/v1/models/b"));
    expect(cache.forget("/v1/models/*")).toBe(1);
    resolve(models("b"));
    expect(await fetching).toEqual(models("b"));
    expect(cache.statistics().entries).toBe(1);
  });
});

describe("with a folder", () => {
  const restarted = async (fields: { baseUrl?: string } = {}) => {
    const cache = await open({ dataDir: folder, ...fields });
    fetch.mockReset().mockResolvedValue(models("fetched anew"));
    return cache.get(get());
  };

  async function fill() {
    const cache = await open({ dataDir: folder });
    fetch.mockResolvedValue(models("a"));
    await cache.get(get());
    await cache.get(get("/v1/models/b"));
    await cache.close();
  }

  it("the answer outlives a restart, and nothing else is left in the folder", async () => {
    await fill();
    expect(await restarted()).toEqual(models("a"));
    expect(fetch).not.toHaveBeenCalled();
    expect(await readdir(folder)).toEqual(["models-cache.json"]);
  });

  it("another upstream's answer is not given", async () => {
    await fill();
    expect(await restarted({ baseUrl: "https://example.com" })).toEqual(models("fetched anew"));
  });

  it.each([
    ["is cut off", (text: string) => text.slice(0, -20)],
    ["holds something else", () => '{"version":1,"entries":[{"key":"x"}]}'],
    ["is of another version", (text: string) => text.replace('"version":1', '"version":2')],
    ["has a key that the cache cannot have written", (text: string) => text.replaceAll('[\\"', "[")],
    ["is far too large", () => " ".repeat(8 * 1024 ** 2 + 1)],
  ])("a file that %s is passed over with a warning", async (_what, damage) => {
    await fill();
    const path = join(folder, "models-cache.json");
    await writeFile(path, damage(await readFile(path, "utf8")));
    expect(await restarted()).toEqual(models("fetched anew"));
    expect(logLines.join()).toContain("the file of models cannot be used");
  });

  it("a folder that cannot be written to is a warning", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const cache = await open({ dataDir: join(file, "below") });
    fetch.mockResolvedValue(models("a"));
    await cache.get(get());
    await cache.close();
    expect(logLines.join()).toContain("could not be written");
    expect(await cache.get(get())).toEqual(models("a"));
  });
});
