import { randomInt } from "node:crypto";

/** How a random string is to be composed. Counts are in characters. */
export interface Composition {
  readonly length: number;
  readonly upper: boolean;
  readonly lower: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  readonly minUpper: number;
  readonly minLower: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
  /** Special characters to use in place of {@link SPECIAL}; empty means the usual ones. */
  readonly overrideSpecial: string;
}

export const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const LOWER = "abcdefghijklmnopqrstuvwxyz";
export const NUMERIC = "0123456789";
export const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/**
 * Draws a string: first the characters that the minima demand, then the rest from all allowed classes, all of them in
 * random order. Every draw is cryptographic and even: `randomInt` has no modulo bias.
 *
 * A minimum counts even where its class is switched off, as with the official provider.
 */
export function drawString(composition: Composition): string {
  const { length, upper, lower, numeric, special, overrideSpecial } = composition;
  const specials = overrideSpecial === "" ? SPECIAL : overrideSpecial;
  const demanded = [
    ...drawCharacters(UPPER, composition.minUpper),
    ...drawCharacters(LOWER, composition.minLower),
    ...drawCharacters(NUMERIC, composition.minNumeric),
    ...drawCharacters(specials, composition.minSpecial),
  ];
  const allowed = [
    upper ? UPPER : "",
    lower ? LOWER : "",
    numeric ? NUMERIC : "",
    special ? specials : "",
  ].join("");
  return shuffle([...demanded, ...drawCharacters(allowed, length - demanded.length)]).join("");
}

function drawCharacters(alphabet: string, count: number): string[] {
  const characters = [...alphabet];
  return Array.from({ length: count }, () => pick(characters));
}

/** One of `items`, all equally likely. */
export function pick<Item>(items: readonly Item[]): Item {
  const item = items[randomInt(items.length)];
  if (item === undefined) throw new RangeError("Cannot draw from an empty list.");
  return item;
}

/** Fisher and Yates: every order is equally likely. */
function shuffle(items: readonly string[]): string[] {
  return items.reduce<string[]>((shuffled, item, index) => {
    const position = randomInt(index + 1);
    const displaced = shuffled[position];
    if (displaced !== undefined) shuffled.push(displaced);
    shuffled[position] = item;
    return shuffled;
  }, []);
}
