import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ActiveTurns, type Turn } from "../../../agent-runtime/src/gateway/turns.ts";

const MAX_BYTES = 100;
const startTurns = () => new ActiveTurns({ maxConcurrentRequests: 1000, maxInFlightBytes: MAX_BYTES });

/** How many bytes are free, found by trying. */
function freeBytes(turns: ActiveTurns): number {
  for (let bytes = MAX_BYTES; bytes >= 0; bytes -= 1) {
    try {
      turns.begin(bytes).end();
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
        const open = Array.from({ length: 6 }, () => turns.begin());
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
    const turn = turns.begin(10);
    turn.end();
    turn.hold(10);
    expect(freeBytes(turns)).toBe(MAX_BYTES);
  });

  it("are refused before the turn begins when there is no room", () => {
    const turns = startTurns();
    expect(() => turns.begin(MAX_BYTES + 1)).toThrow(
      expect.objectContaining({ code: "too_many_bytes_at_once" }),
    );
    expect(turns.size).toBe(0);
  });
});
