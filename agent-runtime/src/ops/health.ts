import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { PATHS } from "../contract.ts";
import type { Env } from "../env.ts";
import type { Lifecycle } from "../lifecycle.ts";

const healthSchema = z.object({
  status: z.literal("ok"),
  service: z.string(),
  version: z.string(),
  environment: z.string(),
  region: z.string(),
  role: z.string(),
  upstream: z.enum(["anthropic", "simulated"]),
  simulated: z.boolean(),
  uptimeSeconds: z.number(),
  preStopSeconds: z.number(),
  maxTurnSeconds: z.number(),
});

const phaseSchema = z.object({ status: z.enum(["starting", "ready", "draining"]) });

interface HealthDeps {
  readonly env: Env;
  readonly lifecycle: Lifecycle;
}

/**
 * The probes. `/health` says that the process lives and what it is; `/ready` whether it wants new requests, 503 while it
 * starts or drains; `/startup` whether it ever became ready. None calls anybody else: a probe must not cost tokens, and
 * restarting a process does not mend its upstream.
 */
export async function healthRoutes(parent: FastifyInstance, { env, lifecycle }: HealthDeps): Promise<void> {
  const app = parent.withTypeProvider<ZodTypeProvider>();

  app.get(PATHS.health, { schema: { response: { 200: healthSchema } } }, async () => ({
    status: "ok" as const,
    service: env.service,
    version: env.serviceVersion,
    environment: env.environment,
    region: env.region,
    role: env.role,
    upstream: env.upstream.kind,
    simulated: env.upstream.kind === "simulated",
    uptimeSeconds: lifecycle.uptimeSeconds,
    preStopSeconds: env.preStopSeconds,
    maxTurnSeconds: env.maxTurnSeconds,
  }));

  const phaseRoute = { schema: { response: { 200: phaseSchema, 503: phaseSchema } } };
  app.get(PATHS.ready, phaseRoute, async (_request, reply) => {
    reply.code(lifecycle.phase === "ready" ? 200 : 503);
    return { status: lifecycle.phase };
  });
  app.get(PATHS.startup, phaseRoute, async (_request, reply) => {
    reply.code(lifecycle.phase === "starting" ? 503 : 200);
    return { status: lifecycle.phase };
  });
}
