import { z } from "zod";
import { tenantSchema } from "../../auth/names.ts";
import { appliedLimits } from "../applied-limits.ts";
import type { OpsApp } from "../ops-app.ts";
import type { OpsDeps } from "../ports.ts";
import { keyId } from "../scopes.ts";

const count = z.int().positive().exactOptional();
const usd = z.number().nonnegative().exactOptional();
const applied = {
  scope: z.string().describe("`*` stands for everybody without a rule of their own"),
  from: z.string().describe("Key of gateway.yaml that it comes from"),
};

export const limitsAnswer = z.object({
  tenant: z.string().exactOptional(),
  rates: z.array(
    z.object({
      ...applied,
      requestsPerMinute: count,
      inputTokensPerMinute: count,
      outputTokensPerMinute: count,
      concurrency: count,
    }),
  ),
  caps: z.array(z.object({ ...applied, dayUsd: usd, monthUsd: usd })),
  regionShare: z.number().describe("Part of every cap that this region may spend"),
});

/** Which limits and caps apply to whom. */
export function addLimitsRoute(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/limits",
    {
      config: { action: "admin:limits:read" },
      schema: {
        tags: ["limits"],
        summary: "What applies to a key and its tenant; without either, to everybody",
        querystring: z.strictObject({ tenant: tenantSchema.exactOptional(), key: keyId.exactOptional() }),
        response: { 200: limitsAnswer },
      },
    },
    async ({ query: { tenant: named, key } }) => {
      const tenant = named ?? (key === undefined ? undefined : await tenantOf(key, deps));
      const subject = { ...(tenant === undefined ? {} : { tenant }), ...(key === undefined ? {} : { key }) };
      const { rates, caps, regionShare } = appliedLimits(deps.limits.current, subject);
      return { ...(tenant === undefined ? {} : { tenant }), rates: [...rates], caps: [...caps], regionShare };
    },
  );
}

/** Ids of the bootstrap key and of tokens are in no list. */
async function tenantOf(key: string, { keys }: OpsDeps): Promise<string | undefined> {
  return (await keys.list()).find(({ id }) => id === key)?.tenant;
}
