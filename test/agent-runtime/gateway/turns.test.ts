import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ActiveTurns, type Turn } from "../../../agent-runtime/src/gateway/turns.ts";

const MAX_BYTES = 100;
const ONE = "acme";
const startTurns = (
  limits: { maxConcurrentRequests?: number; maxBodyBytes?: number } = {},
  nowMs?: () => number,
) =>
  new ActiveTurns(
    {
      maxConcurrentRequests: 1000,
      maxInFlightBytes: MAX_BYTES,
      maxBodyBytes: MAX_BYTES,
      ...limits,
    },
    nowMs,
  );

function seenByAnother(turns: ActiveTurns): ActiveTurns {
  turns.begin("another").end();
  return turns;
}

/** How many bytes are free, found by trying. */
function freeBytes(turns: ActiveTurns): number {
  for (let bytes = MAX_BYTES; bytes >= 0; bytes -= 1) {
    try {
      turns.begin("another", bytes).end();
      return bytes;
    } catch {}
  }
  throw new Error("more is held than allowed");
}

describe("the bytes that turns hold", () => {
  it("never exceed the bound together, and are all given back when the turns end", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 60 }))), (steps) => {
        const turns = startTurns();
        const held = new Map<Turn, number>();
        const open = Array.from({ length: 6 }, () => turns.begin(ONE));
        for (const [index, bytes] of steps) {
          const turn = open[index] as Turn;
          const others = [...held].reduce((sum, [other, holds]) => (other === turn ? sum : sum + holds), 0);
          if (others + bytes > MAX_BYTES) {
            expect(() => turn.hold(bytes)).toThrow(
              expect.objectContaining({ code: "too_many_bytes_at_once" }),
            );
          } else {
            turn.hold(bytes);
            held.set(turn, bytes);
          }
        }
        expect(freeBytes(turns)).toBe(MAX_BYTES - [...held.values()].reduce((sum, holds) => sum + holds, 0));
        for (const turn of open) turn.end();
        expect(freeBytes(turns)).toBe(MAX_BYTES);
      }),
    );
  });

  it("are none once a turn has ended, whatever it says late", () => {
    const turns = startTurns();
    const turn = turns.begin(ONE, 10);
    turn.end();
    turn.hold(10);
    expect(freeBytes(turns)).toBe(MAX_BYTES);
  });

  it("are refused before the turn begins when there is no room", () => {
    const turns = startTurns();
    expect(() => turns.begin(ONE, MAX_BYTES + 1)).toThrow(
      expect.objectContaining({ code: "too_many_bytes_at_once" }),
    );
    expect(turns.size).toBe(0);
  });
});

describe("the share of one tenant among several", () => {
  const tooMany = (what: string) => expect.objectContaining({ code: `too_many_${what}_at_once` });

  it("is half of the turns: the others find room whatever it does", () => {
    const turns = seenByAnother(startTurns({ maxConcurrentRequests: 4 }));
    const [first] = [turns.begin(ONE), turns.begin(ONE)];
    expect(() => turns.begin(ONE)).toThrow(tooMany("requests"));
    turns.begin("beta");
    first?.end();
    turns.begin(ONE);
    turns.begin("beta");
    expect(() => turns.begin("gamma")).toThrow(tooMany("requests"));
  });

  it("is everything while nobody else is there, and again ten minutes after the last other one", () => {
    let now = 0;
    const turns = startTurns({ maxConcurrentRequests: 4 }, () => now);
    const held = [turns.begin(ONE), turns.begin(ONE), turns.begin(ONE)];
    turns.begin("beta").end();
    expect(() => turns.begin(ONE)).toThrow(tooMany("requests"));
    now = 10 * 60_000 - 1;
    expect(() => turns.begin(ONE)).toThrow(tooMany("requests"));
    now = 10 * 60_000;
    held.push(turns.begin(ONE));
    expect(() => turns.begin(ONE)).toThrow(tooMany("requests"));
  });

  it("is a turn where there is but one", () => {
    expect(startTurns({ maxConcurrentRequests: 1 }).begin(ONE)).toBeDefined();
  });

  it("is a quarter of the bytes", () => {
    const turns = seenByAnother(startTurns({ maxBodyBytes: 10 }));
    const turn = turns.begin(ONE, 20);
    turn.hold(25);
    expect(() => turn.hold(26)).toThrow(tooMany("bytes"));
    expect(() => turns.begin(ONE, 1)).toThrow(tooMany("bytes"));
    turns.begin("beta", 25);
    turn.end();
    turns.begin(ONE, 25);
  });

  it("has room for one body of the largest size", () => {
    turnsWithLargeBodies().begin(ONE, 60);
    expect(() => turnsWithLargeBodies().begin(ONE, 61)).toThrow(tooMany("bytes"));
  });

  const turnsWithLargeBodies = () => seenByAnother(startTurns({ maxBodyBytes: 60 }));
});
