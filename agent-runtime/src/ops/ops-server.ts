import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { HEADERS } from "../contract.ts";
import { createErrorReply, newRequestId, replyToParserError } from "../error-replies.ts";
import { GatewayError } from "../errors.ts";
import { StoreUnavailableError } from "../store/contract.ts";
import { createAccessCheck } from "./access.ts";
import { renderOpsOpenApi } from "./openapi.ts";
import { OPS_PREFIX } from "./ops-app.ts";
import { addOpsRoutes } from "./ops-routes.ts";
import type { OpsDeps } from "./ports.ts";

const MAX_BODY_BYTES = 64 * 1024;
const MAX_PARAM_LENGTH = 512;
const REQUEST_TIMEOUT_MS = 30_000;

/** Builds the ops server: the same authentication, policies and errors as the gateway. Does not listen. */
export function buildOpsServer(deps: OpsDeps): FastifyInstance {
  const replyWithError = createOpsErrorReply();
  const app: FastifyInstance = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: newRequestId,
    requestIdHeader: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    clientErrorHandler: replyToParserError,
    frameworkErrors: (fault, request, reply) => void replyWithError(fault, request, reply),
    exposeHeadRoutes: false,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  acceptJson(app);
  app.setErrorHandler(replyWithError);
  app.decorateRequest("record", undefined);
  app.decorateRequest("operator", undefined);
  app.addHook("onRequest", async (request, reply) => {
    reply.header(HEADERS.requestId, request.id).header(HEADERS.region, deps.region);
    // Keys are among the answers, and budgets of a moment ago mislead.
    reply.header("cache-control", "no-store");
  });
  app.addHook("onRequest", createAccessCheck(deps.access));
  app.addHook("onResponse", async (request, reply) => logUse(request, reply));
  app.register(async (scope) => addRoutes(scope, deps), { prefix: OPS_PREFIX });
  return app;
}

function addRoutes(app: FastifyInstance, deps: OpsDeps): void {
  addOpsRoutes(app, deps);
  const config = { action: "admin:process:read" } as const;
  app.get("/openapi.json", { config }, async (_request, reply) => {
    return reply
      .type("application/json")
      .serializer(JSON.stringify)
      .send(await renderOpsOpenApi());
  });
}

/** No body is an absent one; what is not JSON is the caller's fault and not the framework's. */
function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, async (_: unknown, body: string) => {
    if (body === "") return undefined;
    try {
      return JSON.parse(body);
    } catch {
      throw new GatewayError("invalid_json");
    }
  });
}

/** A write whose answer got lost may have been made, and one that no replica confirmed is in force for now. */
const MAY_BE_IN_FORCE = "The change may be in force all the same; repeat it once the store is back.";

function createOpsErrorReply() {
  const replyWithError = createErrorReply(MAX_BODY_BYTES);
  return (thrown: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const isStore = (thrown as Error) instanceof StoreUnavailableError;
    const detail = request.method === "GET" ? undefined : MAY_BE_IN_FORCE;
    const error = isStore ? new GatewayError("store_unavailable", detail, { cause: thrown }) : thrown;
    return replyWithError(error as FastifyError, request, reply);
  };
}

/** Every change, and every refusal, is on record; reading is not worth a line. */
function logUse(request: FastifyRequest, reply: FastifyReply): void {
  const { method, operator } = request;
  const { url: route, config } = request.routeOptions;
  const fields = { method, route, action: config.action, by: operator?.keyId, statusCode: reply.statusCode };
  if (method === "GET" && reply.statusCode < 400) request.log.debug(fields, "ops request");
  else request.log.info(fields, "ops request");
}
