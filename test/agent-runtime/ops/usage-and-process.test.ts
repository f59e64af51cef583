import { describe, expect, it } from "vitest";
import { openServer } from "./ops-under-test.ts";

describe("usage", () => {
  it("is that of the last day by default, from the beginning of its hour", async () => {
    const { ask, calls } = openServer();
    const { from, to, group, total } = (await ask("GET", "/usage")).json();
    expect(calls).toEqual(["usage 2026-11-24T12:00:00.000Z 2026-11-25T12:30:00.000Z"]);
    expect({ from, to, group }).toEqual({
      from: "2026-11-24T12:00:00.000Z",
      to: "2026-11-25T12:30:00.000Z",
      group: ["tenant", "agent", "model"],
    });
    expect(total).toMatchObject({ requests: 2, costUsd: 1.500000001 });
  });

  it("is grouped in the order asked for, in a span given with an offset", async () => {
    const { ask, calls } = openServer();
    const path = "/usage?from=2026-11-25T01:00:00%2B01:00&to=2026-11-26&group=day,tenant";
    expect((await ask("GET", path)).json()).toMatchObject({
      group: ["day", "tenant"],
      groups: [{ day: "2026-11-25", tenant: "acme", requests: 2 }],
    });
    expect(calls).toEqual(["usage 2026-11-25T00:00:00.000Z 2026-11-26T00:00:00.000Z"]);
  });

  it("comes as CSV in which names are no formulas", async () => {
    const { ask } = openServer();
    const response = await ask("GET", "/usage?format=csv&group=agent");
    expect(response.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(response.body).toBe(
      "agent,requests,inputTokens,outputTokens,cacheReadTokens,cacheWriteTokens,costUsd\r\n" +
        "'=cmd(),1,10,5,0,0,0.000000001\r\n" +
        "direct,1,10,5,0,0,1.500000000\r\n",
    );
  });
});

describe("the process", () => {
  it("tells what it is", async () => {
    const { ask } = openServer();
    expect((await ask("GET", "/process")).json()).toMatchObject({
      version: "1.2.3",
      phase: "ready",
      turns: 2,
      pid: process.pid,
      node: process.version,
      rssBytes: expect.any(Number),
    });
  });

  it("is drained once, and says in the log who wanted it and why", async () => {
    const { ask, calls, logLines } = openServer();
    const response = await ask("POST", "/process/drain", { reason: "node is repaired" }, "operator");
    expect(response.json()).toEqual({ turns: 2 });
    expect(calls).toEqual(["drain"]);
    expect(logLines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: "warn", by: "key-of-operator", reason: "node is repaired", turns: 2 }),
    );
  });

  it("tells its health with a score and a state of every part", async () => {
    const { ask } = openServer();
    const { score, state, parts } = (await ask("GET", "/health")).json();
    expect({ score, state }).toEqual({ score: 100, state: "ok" });
    expect(parts.map(({ name }: { name: string }) => name)).toEqual([
      "store",
      "upstream",
      "memory",
      "event-loop",
      "config gateway.yaml",
    ]);
  });
});
