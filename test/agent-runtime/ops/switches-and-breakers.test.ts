import { describe, expect, it } from "vitest";
import type { OpsDeps } from "../../../agent-runtime/src/ops/ports.ts";
import { StoreUnavailableError } from "../../../agent-runtime/src/store/contract.ts";
import { NOW, openServer, usageRow } from "./ops-under-test.ts";

describe("kill switches", () => {
  it("record who did what and why, latest first over all scopes", async () => {
    const { ask } = openServer();
    await ask("PUT", "/switches/tenant:acme", { percent: 0, reason: "runaway loop" }, "operator");
    const response = await ask("PUT", "/switches/tenant%3Aacme", { percent: 20, reason: "first stage" });
    const use = { at: NOW.toISOString(), by: "key-of-admin", reason: "first stage", from: 0, to: 20 };
    expect(response.json()).toEqual({ scope: "tenant:acme", percent: 20, lastUse: use, known: true });
    const { switches, history } = (await ask("GET", "/switches")).json();
    expect(switches).toEqual([{ scope: "tenant:acme", percent: 20, lastUse: use }]);
    expect(
      history.map(({ from, to, by }: { from: number; to: number; by: string }) => [by, from, to]),
    ).toEqual([
      ["key-of-admin", 0, 20],
      ["key-of-operator", 100, 0],
    ]);
  });

  it("show the last hundred uses of all scopes", async () => {
    const use = (minute: number) => ({
      at: new Date(NOW.getTime() + minute * 60_000).toISOString(),
      by: "k",
      reason: "why",
      from: 100,
      to: 0,
    });
    const of = (scope: string, first: number) => ({
      scope,
      percent: 0,
      history: Array.from({ length: 60 }, (_, index) => use(first - 2 * index)),
    });
    const list = async () => [of("fleet", 200), of("tenant:acme", 201)];
    const { ask } = openServer({ switches: { list, set: () => Promise.reject(new Error("unused")) } });
    const { history } = (await ask("GET", "/switches")).json();
    expect(history).toHaveLength(100);
    expect([history[0].scope, history[1].scope]).toEqual(["tenant:acme", "fleet"]);
  });

  it("of a model's alias are those of the model", async () => {
    const { ask, deps } = openServer();
    const response = await ask("PUT", "/switches/model:claude-haiku-4-5", {
      percent: 0,
      reason: "why",
    });
    expect(response.json()).toMatchObject({ scope: "model:claude-haiku-4-5-20251001", known: true });
    expect(await deps.switches.list()).toMatchObject([
      { scope: "model:claude-haiku-4-5-20251001", percent: 0 },
    ]);
  });

  const usage = (row: object): Partial<OpsDeps> => ({ usage: { between: async () => [usageRow(row)] } });

  it.each<[string, Partial<OpsDeps>]>([
    ["fleet", {}],
    ["tenant:default", {}],
    ["tenant:acme", {}],
    ["tenant:platform", {}],
    ["tenant:of-a-token", usage({ tenant: "of-a-token" })],
    ["agent:support", usage({ agent: "support" })],
    ["model:claude-opus-5-5", {}],
    ["model:claude-next", usage({ model: "claude-next" })],
  ])("know %s", async (scope, overrides) => {
    const { ask } = openServer(overrides);
    const response = await ask("PUT", `/switches/${scope}`, { percent: 0, reason: "why" });
    expect(response.json()).toMatchObject({ scope, known: true });
  });

  it.each(["tenant:acmee", "agent:suport", "model:claude-opus-55"])(
    "say that nothing is known of %s, and are set all the same",
    async (scope) => {
      const { ask, deps, calls } = openServer();
      const response = await ask("PUT", `/switches/${scope}`, { percent: 0, reason: "why" });
      expect(response.json()).toMatchObject({ scope, percent: 0, known: false });
      expect(await deps.switches.list()).toMatchObject([{ scope, percent: 0 }]);
      expect(calls).toEqual(["usage 2026-11-24T12:30:00.000Z 2026-11-25T12:30:00.000Z"]);
    },
  );

  it("are set although the store cannot say what is known", async () => {
    const between = () => Promise.reject(new StoreUnavailableError("away"));
    const { ask, deps } = openServer({ usage: { between } });
    const response = await ask("PUT", "/switches/agent:suport", { percent: 0, reason: "why" });
    expect([response.statusCode, response.json()]).toEqual([
      200,
      expect.not.objectContaining({ known: false }),
    ]);
    expect(await deps.switches.list()).toMatchObject([{ percent: 0 }]);
  });
});

describe("a reset of breakers", () => {
  it.each([
    ["claude-haiku-4-5", { model: "claude-haiku-4-5-20251001", known: true }],
    ["claude-next", { model: "claude-next", known: true }],
    ["nonsense", { model: "nonsense", known: false, reset: 0 }],
  ])("of %s is that of %j", async (model, expected) => {
    const asked: unknown[] = [];
    const reset = async (name?: string) => {
      asked.push(name);
      return name === "claude-next" ? 1 : 0;
    };
    const { ask } = openServer({ breakers: { list: () => [], reset } });
    expect((await ask("POST", "/breakers/reset", { model })).json()).toMatchObject(expected);
    expect(asked).toEqual([expected.model]);
  });
});
