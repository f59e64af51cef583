import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Composition,
  drawString,
  LOWER,
  NUMERIC,
  SPECIAL,
  UPPER,
} from "../../../../local/plugins/random/character-string.ts";

const minimum = fc.integer({ min: 0, max: 5 });
const compositions: fc.Arbitrary<Composition> = fc
  .record({
    extra: fc.integer({ min: 1, max: 40 }),
    ...{ upper: fc.boolean(), lower: fc.boolean(), numeric: fc.boolean(), special: fc.boolean() },
    ...{ minUpper: minimum, minLower: minimum, minNumeric: minimum, minSpecial: minimum },
    overrideSpecial: fc.constantFrom("", "_", "äöü", "-.~"),
  })
  .filter(({ upper, lower, numeric, special }) => upper || lower || numeric || special)
  .map(({ extra, ...rest }) => ({ ...rest, length: extra + demanded(rest) }));

function demanded(minima: Pick<Composition, "minUpper" | "minLower" | "minNumeric" | "minSpecial">): number {
  return minima.minUpper + minima.minLower + minima.minNumeric + minima.minSpecial;
}

function count(text: string, alphabet: string): number {
  return [...text].filter((character) => alphabet.includes(character)).length;
}

const specialsOf = ({ overrideSpecial }: Composition) => (overrideSpecial === "" ? SPECIAL : overrideSpecial);

describe("a random string", () => {
  it("has exactly the demanded length in characters", () => {
    fc.assert(
      fc.property(compositions, (composition) => {
        expect([...drawString(composition)]).toHaveLength(composition.length);
      }),
    );
  });

  it("has at least the demanded number of characters of each class", () => {
    fc.assert(
      fc.property(compositions, (composition) => {
        const text = drawString(composition);
        expect(count(text, UPPER)).toBeGreaterThanOrEqual(composition.minUpper);
        expect(count(text, LOWER)).toBeGreaterThanOrEqual(composition.minLower);
        expect(count(text, NUMERIC)).toBeGreaterThanOrEqual(composition.minNumeric);
        expect(count(text, specialsOf(composition))).toBeGreaterThanOrEqual(composition.minSpecial);
      }),
    );
  });

  it("has no more characters of a class that is switched off than its minimum demands", () => {
    fc.assert(
      fc.property(compositions, (composition) => {
        const text = drawString(composition);
        if (!composition.upper) expect(count(text, UPPER)).toBe(composition.minUpper);
        if (!composition.lower) expect(count(text, LOWER)).toBe(composition.minLower);
        if (!composition.numeric) expect(count(text, NUMERIC)).toBe(composition.minNumeric);
        if (!composition.special) expect(count(text, specialsOf(composition))).toBe(composition.minSpecial);
      }),
    );
  });

  it("has no characters outside the classes", () => {
    fc.assert(
      fc.property(compositions, (composition) => {
        const alphabet = UPPER + LOWER + NUMERIC + specialsOf(composition);
        expect(count(drawString(composition), alphabet)).toBe(composition.length);
      }),
    );
  });

  it("puts the letter that it must have at every place equally often", () => {
    const places = Array.from({ length: 18_000 }, () => drawString(ONE_LETTER_TWO_DIGITS).search(/[a-z]/));
    expectEven(places, 3);
  });

  it("draws every character equally often", () => {
    const digits = Array.from(
      { length: 9_000 },
      () => drawString(ONE_LETTER_TWO_DIGITS).match(/[0-9]/g) ?? [],
    );
    expectEven(digits.flat(), 10);
  });
});

/** Each of `kinds` values as often as the others, give or take six standard deviations: a false alarm in a million runs. */
function expectEven(values: readonly (string | number)[], kinds: number): void {
  const counts = Object.values(Object.groupBy(values, String)).map((group) => group?.length ?? 0);
  const expected = values.length / kinds;
  const deviation = Math.sqrt(expected * (1 - 1 / kinds));
  expect(counts).toHaveLength(kinds);
  for (const times of counts) expect(Math.abs(times - expected)).toBeLessThan(6 * deviation);
}

const ONE_LETTER_TWO_DIGITS: Composition = {
  ...{ length: 3, upper: false, lower: false, numeric: true, special: false, overrideSpecial: "" },
  ...{ minUpper: 0, minLower: 1, minNumeric: 0, minSpecial: 0 },
};
