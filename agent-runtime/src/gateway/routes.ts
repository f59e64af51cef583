import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { PATHS } from "../contract.ts";
import { GatewayError } from "../errors.ts";
import { MODELS_LIST } from "../resilience/breakers.ts";
import { authorize } from "./authorize.ts";
import { forward } from "./call.ts";
import type { GatewayDeps } from "./deps.ts";
import { createEntrance } from "./enter.ts";
import { holdAsItArrives } from "./hold-as-it-arrives.ts";
import { admit, answerMessage, countTokens, freeAdmission } from "./messages.ts";
import { isListed, passThroughRoutes } from "./pass-through.ts";
import { type Operation, recordOf } from "./request-record.ts";
import { upstreamPathOf } from "./upstream-path.ts";

const modelParamsSchema = z.object({ model: z.string() });

/** The Anthropic-compatible routes. */
export async function gatewayRoutes(parent: FastifyInstance, deps: GatewayDeps): Promise<void> {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  app.addHook("onRequest", async (request) => {
    // Before anybody has shown a key, like every path that there is nothing at.
    const { operation } = request.routeOptions.config;
    if (operation === "pass_through" && !isListed(request.url, deps.config.current)) {
      throw new GatewayError("not_found");
    }
  });
  app.addHook("onRequest", createEntrance(deps));
  app.addHook("preParsing", holdAsItArrives);

  const postRoute = (operation: Operation) => ({ config: { operation } });
  app.post(PATHS.messages, postRoute("message"), (request, reply) =>
    answerMessage(request, reply, upstreamPathOf(request, PATHS.messages), deps),
  );
  app.post(PATHS.countTokens, postRoute("count_tokens"), (request, reply) =>
    countTokens(request, reply, upstreamPathOf(request, PATHS.countTokens), deps),
  );

  const config = { operation: "models" } as const;
  app.get(PATHS.models, { config }, (request, reply) => getModels(request, reply, PATHS.models, deps));
  const schema = { params: modelParamsSchema };
  app.get(`${PATHS.models}/:model`, { config, schema }, (request, reply) =>
    getModels(request, reply, modelPath(request.params.model), deps),
  );
  app.register(passThroughRoutes, deps);
}

/** @throws {GatewayError} `not_found` for a name that leads elsewhere: no encoding takes its meaning from a dot. */
function modelPath(model: string): string {
  if (model === "." || model === "..") throw new GatewayError("not_found");
  return `${PATHS.models}/${encodeURIComponent(model)}`;
}

async function getModels(
  request: FastifyRequest,
  reply: FastifyReply,
  listPath: string,
  deps: GatewayDeps,
): Promise<FastifyReply> {
  authorize(request, "models:list", { agent: recordOf(request).agent }, deps);
  await admit(request, freeAdmission(request, MODELS_LIST), reply, deps);
  const path = upstreamPathOf(request, listPath);
  const cached = await deps.modelsCache.get({ path, headers: request.headers });
  if (cached !== undefined) return reply.code(cached.status).type(cached.contentType).send(cached.body);
  const call = { method: "GET", path, models: [MODELS_LIST], streams: false } as const;
  return await forward(request, reply, { ...call, bodyFor: () => undefined }, deps);
}
