import { describe, expect, it } from "vitest";
import { NOW, openServer } from "./ops-under-test.ts";

describe("breakers", () => {
  it("are listed with since when they are open", async () => {
    const { ask } = openServer();
    expect((await ask("GET", "/breakers")).json().breakers).toEqual([
      { model: "claude-sonnet-5-5", state: "open", failures: 5, openedAt: "2026-11-25T12:29:30.000Z" },
      { model: "claude-haiku-5-5", state: "closed", failures: 0 },
    ]);
  });

  it.each([
    [{ model: "claude-haiku-5-5" }, { reset: 1 }, "reset claude-haiku-5-5"],
    [{}, { reset: 2 }, "reset all"],
    [undefined, { reset: 2 }, "reset all"],
  ])("are reset by %j", async (body, answer, call) => {
    const { ask, calls } = openServer();
    expect((await ask("POST", "/breakers/reset", body)).json()).toMatchObject(answer);
    expect(calls).toEqual([call]);
  });
});

describe("budgets", () => {
  it("are shown in dollars and percent, by scope if asked so", async () => {
    const { ask } = openServer();
    expect((await ask("GET", "/budgets?scope=tenant:acme")).json().budgets).toEqual([
      {
        scope: "tenant:acme",
        window: "day",
        capUsd: 10,
        spentUsd: 4,
        reservedUsd: 0.5,
        unconfirmedUsd: 0.25,
        usedPercent: 45,
        resetsAt: "2026-11-26T00:00:00.000Z",
      },
    ]);
    expect((await ask("GET", "/budgets")).json().budgets).toHaveLength(2);
  });

  it("without any money are used up", async () => {
    const nothing = {
      capNanoUsd: 0,
      spentNanoUsd: 0,
      reservedNanoUsd: 0,
      unconfirmedNanoUsd: 0,
      endsAtMs: 0,
    };
    const read = async () => [{ scope: "fleet", window: "day" as const, ...nothing }];
    const { ask } = openServer({ budgets: { read } });
    expect((await ask("GET", "/budgets")).json().budgets).toMatchObject([{ usedPercent: 100 }]);
  });

  it("are raised for the hours asked for, in the caller's name", async () => {
    const { ask, raises } = openServer();
    const body = { scope: "tenant:acme", window: "day", extraUsd: 20, hours: 1.5, reason: " launch " };
    const who = { reason: "launch", by: "key-of-operator", at: NOW.toISOString() };
    const row = { scope: "tenant:acme", window: "day", extraUsd: 20, ...who };
    const until = "2026-11-25T14:00:00.000Z";
    expect((await ask("POST", "/budgets/raise", body, "operator")).json()).toEqual({
      raise: { ...row, until },
    });
    expect(raises).toEqual([{ ...row, untilMs: Date.parse(until) }]);
    expect((await ask("GET", "/budgets/raises")).json()).toEqual({ raises: [{ ...row, until }] });
  });
});

describe("a raised cap", () => {
  it("whose time is over is not listed any more", async () => {
    const row = {
      scope: "fleet",
      window: "day" as const,
      extraUsd: 1,
      by: "k",
      reason: "why",
      at: NOW.toISOString(),
    };
    const rows = [0, 1].map((ms) => ({ ...row, untilMs: NOW.getTime() + ms }));
    const { ask } = openServer({
      raises: { list: () => rows, raise: () => Promise.reject(new Error("unused")) },
    });
    expect((await ask("GET", "/budgets/raises")).json().raises).toMatchObject([
      { until: new Date(NOW.getTime() + 1).toISOString() },
    ]);
  });
});

describe("caches", () => {
  it("are shown with their hit rate once anything was looked up", async () => {
    const { ask } = openServer();
    expect((await ask("GET", "/caches")).json().caches).toEqual([
      {
        name: "answers",
        entries: 3,
        bytes: 4096,
        hits: 2,
        joined: 1,
        misses: 1,
        evictions: 0,
        hitPercent: 75,
      },
      { name: "models", entries: 0, bytes: 0, hits: 0, joined: 0, misses: 0, evictions: 0 },
    ]);
  });

  it("are invalidated by pattern, one or all", async () => {
    const { ask, calls } = openServer();
    await ask("POST", "/caches/invalidate", { pattern: "a*" });
    expect((await ask("POST", "/caches/invalidate", { cache: "answers", pattern: "*" })).json()).toEqual({
      removed: 3,
    });
    expect(calls).toEqual(["invalidate all a*", "invalidate answers *"]);
  });
});

describe("limits", () => {
  it("of a key are those of its tenant too", async () => {
    const { ask } = openServer();
    const { tenant, rates, regionShare } = (await ask("GET", "/limits?key=k1")).json();
    expect({ tenant, rates, regionShare }).toEqual({
      tenant: "acme",
      rates: [
        { scope: "key:k1", from: "limits.key", requestsPerMinute: 50 },
        { scope: "tenant:acme", from: "limits.tenants.acme", concurrency: 4 },
      ],
      regionShare: 0.5,
    });
  });

  it("of a key that is in no list are those of every tenant", async () => {
    const { ask } = openServer();
    expect((await ask("GET", "/limits?key=bootstrap")).json()).toMatchObject({
      rates: [{ scope: "key:bootstrap" }, { scope: "tenant:*", from: "limits.tenant" }],
    });
  });
});
