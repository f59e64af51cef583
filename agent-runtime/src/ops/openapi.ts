import Fastify from "fastify";
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { OPS_PREFIX } from "./ops-app.ts";
import { addOpsRoutes } from "./ops-routes.ts";
import type { OpsDeps } from "./ports.ts";

/** An OpenAPI 3.1 document; what it holds is for tools. */
type OpenApiDocument = Readonly<Record<string, unknown>>;

const ERROR_ANSWER = {
  description: "The failure, in the shape of the Anthropic API",
  content: {
    "application/json": {
      schema: {
        type: "object",
        properties: {
          type: { const: "error" },
          error: {
            type: "object",
            properties: { type: { type: "string" }, message: { type: "string" } },
            required: ["type", "message"],
          },
          request_id: { type: "string" },
        },
        required: ["type", "error", "request_id"],
      },
    },
  },
};

const SECURITY_SCHEMES = {
  key: { type: "apiKey", name: "x-api-key", in: "header" },
  bearer: { type: "http", scheme: "bearer" },
} as const;

/** The ops API as an OpenAPI document, from the schemas that its requests are checked with. Nothing listens. */
export async function renderOpsOpenApi(): Promise<OpenApiDocument> {
  // Only whoever asks for the document pays for loading what makes it.
  const { default: swagger } = await import("@fastify/swagger");
  const app = Fastify({ logger: false, exposeHeadRoutes: false });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Ops API of the gateway", version: "1" },
      components: { securitySchemes: SECURITY_SCHEMES },
      security: [{ key: [] }, { bearer: [] }],
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route as Parameters<typeof jsonSchemaTransform>[0]);
      const response = { ...(schema.response as object), "4XX": ERROR_ANSWER, "5XX": ERROR_ANSWER };
      return { schema: { ...schema, response }, url };
    },
  });
  app.register(async (scope) => addOpsRoutes(scope, NO_PORTS), { prefix: OPS_PREFIX });
  await app.ready();
  return JSON.parse(JSON.stringify(app.swagger())) as OpenApiDocument;
}

/** There is no process behind the document; a route that touched one while it is added would show here. */
const NO_PORTS = new Proxy({} as OpsDeps, {
  get: (_, name) => {
    throw new Error(`a route needs ${String(name)} before a request asks for it`);
  },
});
