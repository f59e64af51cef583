import { randomUUID } from "node:crypto";
import { z } from "zod";
import { keepers } from "./input-types.ts";
import type { RandomResource } from "./random-resource.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `random.RandomUuid`: a UUID of version 4. */
export const randomUuid: RandomResource = {
  schema: z.strictObject({ keepers }),
  drawnOutputs: ["result"],
  draw() {
    const result = randomUUID();
    return { id: result, outputs: { result } };
  },
  adopt: (importId) =>
    UUID.test(importId) ? { id: importId, inputs: {}, outputs: { result: importId } } : undefined,
};
