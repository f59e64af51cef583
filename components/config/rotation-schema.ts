import { z } from "zod";
import { relation } from "./relations.ts";

const generation = z.int().min(1).max(1000);
const generations = z.looseObject({ use: generation, accept: z.array(generation).min(1) });

const usesAcceptedGeneration = relation(generations, ({ use, accept }) =>
  accept.includes(use)
    ? []
    : [
        {
          path: ["use"],
          got: `${use}, while ${accept.join(", ")} ${accept.length === 1 ? "is" : "are"} accepted`,
          allowed: "a generation that is accepted",
          fix: `add ${use} to accept first, run an update, and use it then`,
        },
      ],
);

const ascendingGenerations = relation(z.looseObject({ accept: z.array(generation) }), ({ accept }) =>
  accept.every((each, index) => index === 0 || each > (accept[index - 1] ?? 0))
    ? []
    : [
        {
          path: ["accept"],
          got: accept.join(", "),
          allowed: "distinct generations in ascending order",
          fix: `write [${[...new Set(accept)].toSorted((a, b) => a - b).join(", ")}]`,
        },
      ],
);

const rotation = z
  .strictObject({
    use: generation.default(1).describe("Generation of the password that is handed out; one of accept"),
    accept: z
      .array(generation)
      .min(1)
      .max(3)
      .default([1])
      .describe(
        "Generations that are accepted. To replace a password run three updates: accept the next one as well, use it, accept it alone",
      ),
  })
  .check(usesAcceptedGeneration, ascendingGenerations)
  .prefault({});

/** Which generations of the generated passwords there are. */
export const rotationSchema = z.strictObject({
  gatewayKey: rotation.describe("The administrator's key of the gateway"),
  valkey: rotation.describe("The passwords of Valkey"),
  postgres: rotation.describe("The password of PostgreSQL"),
});
