import { z } from "zod";
import type { OpsApp } from "../ops-app.ts";
import type { OpsDeps } from "../ports.ts";
import { modelName } from "../scopes.ts";

export const breakerList = z.object({
  breakers: z.array(
    z.object({
      model: z.string(),
      state: z.enum(["closed", "open", "half-open"]),
      failures: z.int().describe("In a row"),
      openedAt: z.iso.datetime().exactOptional().describe("Absent while it is closed"),
    }),
  ),
});

export const breakerReset = z.object({
  reset: z.int().describe("Breakers of the process that answered; every other replica resets its own"),
});

const resetBody = z
  .strictObject({ model: modelName.exactOptional().describe("Absent: the breakers of all models") })
  .nullish();

/** Breakers are per process: the list is this one's, a reset reaches every replica. */
export function addBreakerRoutes(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/breakers",
    {
      config: { action: "admin:breakers:read" },
      schema: { tags: ["breakers"], summary: "Breakers of this process", response: { 200: breakerList } },
    },
    () => ({ breakers: [...deps.breakers.list()] }),
  );
  app.post(
    "/breakers/reset",
    {
      config: { action: "admin:breakers:write" },
      schema: {
        tags: ["breakers"],
        summary: "Closes breakers on every replica",
        body: resetBody,
        response: { 200: breakerReset },
      },
    },
    async ({ body }) => ({ reset: await deps.breakers.reset(body?.model) }),
  );
}
