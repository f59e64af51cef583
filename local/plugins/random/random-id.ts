import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { PropertyMap } from "../protocol/property-value.ts";
import { keepers, text, wholeNumber } from "./input-types.ts";
import type { RandomResource } from "./random-resource.ts";

const schema = z.strictObject({
  byteLength: wholeNumber("byteLength", 1),
  prefix: text("prefix").optional(),
  keepers,
});

/** `random.RandomId`: random bytes in several notations, each with the prefix in front. */
export const randomId: RandomResource = {
  schema,
  drawnOutputs: ["b64Std", "b64Url", "dec", "hex"],
  draw(inputs) {
    const { byteLength, prefix = "" } = schema.parse(inputs);
    return describeBytes(randomBytes(byteLength), prefix);
  },
  /** `<b64Url>` without the prefix, or `<prefix>,<b64Url>`. */
  adopt(importId) {
    const separator = importId.lastIndexOf(",");
    const prefix = separator < 0 ? "" : importId.slice(0, separator);
    const encoded = importId.slice(separator + 1);
    const bytes = Buffer.from(encoded, "base64url");
    if (bytes.length === 0 || bytes.toString("base64url") !== encoded) return undefined;
    const inputs: PropertyMap = { byteLength: bytes.length, ...(prefix === "" ? {} : { prefix }) };
    return { inputs, ...describeBytes(bytes, prefix) };
  },
};

function describeBytes(bytes: Buffer, prefix: string) {
  const hex = bytes.toString("hex");
  const outputs = {
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + bytes.toString("base64url"),
    dec: prefix + BigInt(`0x${hex}`).toString(),
    hex: prefix + hex,
  };
  return { id: bytes.toString("base64url"), outputs };
}
