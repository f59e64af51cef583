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
  model: z.string().exactOptional().describe("Id of the model; absent: all breakers were reset"),
  known: z
    .boolean()
    .describe("False when this process knows neither such a model nor a breaker of that name"),
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
    async ({ body }) => await reset(body?.model, deps),
  );
}

async function reset(name: string | undefined, { breakers, models }: OpsDeps) {
  if (name === undefined) return { reset: await breakers.reset(), known: true };
  const known = models.find(name);
  const model = known?.id ?? name;
  // Another replica may have a breaker of a name that this one never heard.
  const count = await breakers.reset(model);
  return { reset: count, model, known: known !== undefined || count > 0 };
}
