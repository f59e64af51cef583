import { hashSync } from "bcryptjs";
import { z } from "zod";
import type { PropertyMap } from "../protocol/property-value.ts";
import { type Composition, drawString } from "./character-string.ts";
import { keepers, wholeNumber, yesOrNo } from "./input-types.ts";
import { refusal } from "./messages.ts";
import type { RandomResource } from "./random-resource.ts";

/** Cost of the bcrypt hash, that of the official provider. bcrypt looks at the first 72 bytes of a password only. */
const BCRYPT_ROUNDS = 10;

const schema = z
  .strictObject({
    length: wholeNumber("length", 1),
    upper: yesOrNo("upper", true),
    lower: yesOrNo("lower", true),
    numeric: yesOrNo("numeric", undefined),
    number: yesOrNo("number", undefined),
    special: yesOrNo("special", true),
    minUpper: wholeNumber("minUpper", 0).default(0),
    minLower: wholeNumber("minLower", 0).default(0),
    minNumeric: wholeNumber("minNumeric", 0).default(0),
    minSpecial: wholeNumber("minSpecial", 0).default(0),
    overrideSpecial: z.string().optional(),
    keepers,
  })
  .transform((inputs, context) => {
    const numeric = inputs.numeric ?? inputs.number ?? true;
    if ((inputs.number ?? numeric) !== numeric) {
      context.addIssue({ code: "custom", path: ["number"], message: CONTRADICTION });
    }
    return { ...inputs, numeric, number: numeric };
  })
  .superRefine((inputs, context) => {
    const demanded = inputs.minUpper + inputs.minLower + inputs.minNumeric + inputs.minSpecial;
    if (inputs.length < demanded) {
      const allowed = `it must be at least ${demanded}, the sum of minUpper, minLower, minNumeric and minSpecial`;
      context.addIssue({
        code: "custom",
        path: ["length"],
        message: refusal("length", inputs.length, allowed),
      });
    }
    if (!inputs.upper && !inputs.lower && !inputs.numeric && !inputs.special) {
      context.addIssue({ code: "custom", path: [], message: NO_CLASS });
    }
  });

const CONTRADICTION =
  "number and numeric contradict each other; number is the old name of numeric: remove it.";
const NO_CLASS = "upper, lower, numeric and special are all false; at least one of them must be true.";

/** `random.RandomString`: the string is its id. */
export const randomString: RandomResource = {
  schema,
  drawnOutputs: ["result"],
  draw(inputs) {
    const result = drawString(compositionOf(inputs));
    return { id: result, outputs: { result } };
  },
  adopt: (importId) => adoptString(importId, importId, { result: importId }),
};

/** `random.RandomPassword`: a random string that is secret, so that its id says nothing. */
export const randomPassword: RandomResource = {
  schema,
  drawnOutputs: ["result", "bcryptHash"],
  secretOutputs: ["result", "bcryptHash"],
  draw(inputs) {
    return { id: "none", outputs: passwordOutputs(drawString(compositionOf(inputs))) };
  },
  adopt: (importId) => adoptString(importId, "none", passwordOutputs(importId)),
};

function passwordOutputs(result: string): PropertyMap {
  return { result, bcryptHash: hashSync(result, BCRYPT_ROUNDS) };
}

/** An existing string gives away its length only; all other inputs are taken to be the defaults. */
function adoptString(text: string, id: string, outputs: PropertyMap) {
  return { id, inputs: { length: [...text].length }, outputs };
}

function compositionOf(inputs: PropertyMap): Composition {
  const { overrideSpecial = "", ...composition } = schema.parse(inputs);
  return { ...composition, overrideSpecial };
}
