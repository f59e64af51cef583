import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { OpsDeps } from "./ports.ts";
import { addBreakerRoutes } from "./routes/breakers.ts";
import { addBudgetRoutes } from "./routes/budgets.ts";
import { addCacheRoutes } from "./routes/caches.ts";
import { addDeepHealthRoute } from "./routes/deep-health.ts";
import { addKeyRecordRoutes } from "./routes/key-records.ts";
import { addKeyRoutes } from "./routes/keys.ts";
import { addLimitsRoute } from "./routes/limits.ts";
import { addProcessRoutes } from "./routes/process.ts";
import { addSwitchRoutes } from "./routes/switches.ts";
import { addUsageRoute } from "./routes/usage.ts";

/** Adds every route of the ops API. Ports are only touched by requests. */
export function addOpsRoutes(parent: FastifyInstance, deps: OpsDeps): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  addBreakerRoutes(app, deps);
  addBudgetRoutes(app, deps);
  addCacheRoutes(app, deps);
  addLimitsRoute(app, deps);
  addKeyRoutes(app, deps);
  addKeyRecordRoutes(app, deps);
  addSwitchRoutes(app, deps);
  addUsageRoute(app, deps);
  addDeepHealthRoute(app, deps);
  addProcessRoutes(app, deps);
}
