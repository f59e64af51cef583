import type { z } from "zod";
import { gatewayConfigSchema } from "../../agent-runtime/src/config/gateway-config.ts";
import { answeringFallbacks, trustedIssuers } from "./gateway-relations.ts";

/** Without the one key that the stack states itself, from the share of each region. */
const budgets = gatewayConfigSchema.shape.budgets
  .unwrap()
  .omit({ regionShare: true })
  .meta({ elsewhere: { regionShare: "remove it, and state the part of each region as regions[].share" } });

/** What a stack may say about the gateway: what the runtime takes, so that a preview refuses what the runtime would. */
export const gatewaySchema = gatewayConfigSchema
  .extend({
    budgets: budgets
      .prefault({})
      .describe("What callers may spend in all regions together; each enforces its share of every cap"),
  })
  .check(answeringFallbacks, trustedIssuers);

/** The gateway's configuration as stated, without the defaults, which are the runtime's. */
export type GatewaySettings = z.input<typeof gatewaySchema>;
