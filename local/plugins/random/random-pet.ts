import { z } from "zod";
import { pick } from "./character-string.ts";
import { keepers, text, wholeNumber } from "./input-types.ts";
import { ADJECTIVES, ADVERBS, ANIMALS } from "./pet-words.ts";
import type { RandomResource } from "./random-resource.ts";

const schema = z.strictObject({
  length: wholeNumber("length", 1).default(2),
  separator: text("separator").default("-"),
  prefix: text("prefix").optional(),
  keepers,
});

/** `random.RandomPet`: an animal with adjectives and adverbs before it, made of fewer words than the official provider knows. */
export const randomPet: RandomResource = {
  schema,
  drawnOutputs: [],
  draw(inputs) {
    const { length, separator, prefix = "" } = schema.parse(inputs);
    const words = [...(prefix === "" ? [] : [prefix]), ...drawPet(length)];
    return { id: words.join(separator), outputs: {} };
  },
};

/** `length` words: an animal, from two on an adjective before it, from three on adverbs before that. */
function drawPet(length: number): string[] {
  const adverbs = Array.from({ length: Math.max(0, length - 2) }, () => pick(ADVERBS));
  return [...adverbs, ...(length > 1 ? [pick(ADJECTIVES)] : []), pick(ANIMALS)];
}
