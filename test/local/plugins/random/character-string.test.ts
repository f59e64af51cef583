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

  it("puts every character at every place about equally often", () => {
    const draws = 20_000;
    const seen = new Map<string, number>();
    for (let draw = 0; draw < draws; draw += 1) {
      const text = drawString({ ...ONLY_NUMERIC, length: 2, minLower: 1 });
      const place = text.search(/[a-z]/);
      const key = `${place}${text[1 - place]}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    expect(seen.size).toBe(20);
    // Expected 1000 times each, standard deviation 31; six of them make a false alarm less likely than once in a million runs.
    for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(6 * 31);
  });
});

const ONLY_NUMERIC: Composition = {
  ...{ length: 1, upper: false, lower: false, numeric: true, special: false, overrideSpecial: "" },
  ...{ minUpper: 0, minLower: 0, minNumeric: 0, minSpecial: 0 },
};
