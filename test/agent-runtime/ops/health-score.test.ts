import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeHealth } from "../../../agent-runtime/src/ops/health-score.ts";
import type { HealthReadings } from "../../../agent-runtime/src/ops/ports.ts";
import { HEALTHY, NOW } from "./ops-under-test.ts";

const GIB = 1024 ** 3;

const judge = (readings: Partial<HealthReadings>) => judgeHealth({ ...HEALTHY, ...readings }, NOW.getTime());

function partOf(name: string, readings: Partial<HealthReadings>) {
  const part = judge(readings).parts.find((each) => each.name === name);
  return [part?.state, part?.score];
}

const answer = (secondsAgo: number, errorType?: string) => ({
  atMs: NOW.getTime() - secondsAgo * 1000,
  model: "claude-sonnet-5-5",
  ...(errorType === undefined ? {} : { errorType }),
});

describe("health", () => {
  it.each<[string, string, Partial<HealthReadings>, unknown[]]>([
    ["the store is away", "store", { store: { kind: "redis", isUp: false } }, ["failing", 0]],
    ["memory is fine", "memory", { memory: { usedBytes: 0.7 * GIB, limitBytes: GIB } }, ["ok", 100]],
    ["memory is scarce", "memory", { memory: { usedBytes: 0.8 * GIB, limitBytes: GIB } }, ["degraded", 60]],
    ["memory is used up", "memory", { memory: { usedBytes: GIB, limitBytes: GIB } }, ["failing", 0]],
    ["memory has no limit", "memory", { memory: { usedBytes: 1, limitBytes: 0 } }, ["failing", 0]],
    ["the loop lags", "event-loop", { eventLoop: { lagMs: 275 } }, ["degraded", 50]],
    ["the loop hangs", "event-loop", { eventLoop: { lagMs: 5_000 } }, ["failing", 0]],
    ["there is no data folder", "data-disk", {}, [undefined, undefined]],
    ["the disk is full", "data-disk", { dataDisk: { freeBytes: 0, totalBytes: GIB } }, ["failing", 0]],
    ["the disk has room", "data-disk", { dataDisk: { freeBytes: GIB / 2, totalBytes: GIB } }, ["ok", 100]],
    [
      "a file is faulty",
      "config gateway.yaml",
      { configFiles: [{ file: "gateway.yaml", isCurrent: false }] },
      ["degraded", 50],
    ],
  ])("where %s", (_, part, readings, expected) => {
    expect(partOf(part, readings)).toEqual(expected);
  });

  it.each([
    ["nobody asked", [], ["unknown", undefined]],
    ["the last answer is old", [answer(901, "api_error")], ["unknown", undefined]],
    ["all failed", [answer(10, "api_error")], ["failing", 0]],
    ["half failed", [answer(10, "api_error"), answer(900)], ["degraded", 50]],
    ["breakers alone have answered", [answer(10, "circuit_open")], ["degraded", 25]],
    ["an open breaker does not count as an answer", [answer(10, "circuit_open"), answer(1)], ["ok", 100]],
    ["one in four failed", [answer(1, "api_error"), answer(2), answer(3), answer(4)], ["ok", 75]],
  ])("of an upstream where %s", (_, lastAnswers, expected) => {
    expect(partOf("upstream", { upstream: { simulated: false, lastAnswers } })).toEqual(expected);
  });

  it("names the latest failure of the upstream", () => {
    const lastAnswers = [answer(5, "idle_timeout"), answer(1, "overloaded_error"), answer(3, "api_error")];
    const part = judge({ upstream: { simulated: true, lastAnswers } }).parts.find(
      ({ name }) => name === "upstream",
    );
    expect(part?.detail).toBe(
      "simulated Claude, 3 of the last 3 answers failed, last overloaded_error of claude-sonnet-5-5",
    );
  });

  it("tells what open breakers refused from what the upstream answered", () => {
    const lastAnswers = [answer(5, "overloaded_error"), answer(3), answer(1, "circuit_open")];
    const { parts } = judge({ upstream: { simulated: false, lastAnswers } });
    expect(parts.find(({ name }) => name === "upstream")?.detail).toBe(
      "Anthropic API, 1 of the last 2 answers failed, last overloaded_error of claude-sonnet-5-5, 1 more not asked: breaker open",
    );
  });

  it("is that of its worst part; what is unknown does not count", () => {
    const readings = fc.record({
      memory: fc.record({ usedBytes: fc.nat(GIB), limitBytes: fc.constant(GIB) }),
      eventLoop: fc.record({ lagMs: fc.nat(1000) }),
    });
    fc.assert(
      fc.property(readings, (more) => {
        const { score, parts } = judge({ ...more, upstream: { simulated: true, lastAnswers: [] } });
        const scores = parts.flatMap((part) => part.score ?? []);
        expect(score).toBe(Math.min(...scores));
        expect(score).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(judge({ upstream: { simulated: true, lastAnswers: [] } }).state).toBe("ok");
  });
});
