import { describe, expect, it } from "vitest";
import { z } from "zod";
import { renderOpsOpenApi } from "../../../agent-runtime/src/ops/openapi.ts";

const documentSchema = z.object({
  openapi: z.literal("3.1.0"),
  security: z.array(z.unknown()).min(1),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        summary: z.string(),
        tags: z.array(z.string()),
        responses: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
});

describe("renderOpsOpenApi", () => {
  it("describes every route, with its answer and its errors", async () => {
    const { paths } = documentSchema.parse(await renderOpsOpenApi());
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) => [`${method} ${path}`, Object.keys(responses)]),
    );
    expect(Object.fromEntries(operations)).toEqual({
      "get /ops/v1/breakers": ["200", "4XX", "5XX"],
      "post /ops/v1/breakers/reset": ["200", "4XX", "5XX"],
      "get /ops/v1/budgets": ["200", "4XX", "5XX"],
      "post /ops/v1/budgets/raise": ["200", "4XX", "5XX"],
      "get /ops/v1/budgets/raises": ["200", "4XX", "5XX"],
      "get /ops/v1/caches": ["200", "4XX", "5XX"],
      "post /ops/v1/caches/invalidate": ["200", "4XX", "5XX"],
      "get /ops/v1/limits": ["200", "4XX", "5XX"],
      "get /ops/v1/keys": ["200", "4XX", "5XX"],
      "post /ops/v1/keys": ["201", "4XX", "5XX"],
      "get /ops/v1/keys/{id}/record": ["200", "4XX", "5XX"],
      "post /ops/v1/keys/import": ["200", "4XX", "5XX"],
      "post /ops/v1/keys/{id}/revoke": ["200", "4XX", "5XX"],
      "post /ops/v1/keys/{id}/rotate": ["201", "4XX", "5XX"],
      "get /ops/v1/switches": ["200", "4XX", "5XX"],
      "put /ops/v1/switches/{scope}": ["200", "4XX", "5XX"],
      "get /ops/v1/usage": ["200", "4XX", "5XX"],
      "get /ops/v1/health": ["200", "4XX", "5XX"],
      "get /ops/v1/process": ["200", "4XX", "5XX"],
      "post /ops/v1/process/drain": ["202", "4XX", "5XX"],
    });
  });

  it("takes what is allowed from the schemas that requests are checked with", async () => {
    const document = await renderOpsOpenApi();
    expect(document).toMatchObject({
      paths: {
        "/ops/v1/switches/{scope}": {
          put: {
            requestBody: {
              content: {
                "application/json": {
                  schema: {
                    properties: { percent: { minimum: 0, maximum: 100 } },
                    required: ["percent", "reason"],
                  },
                },
              },
            },
          },
        },
        "/ops/v1/usage": {
          get: { responses: { 200: { content: { "text/csv": { schema: { type: "string" } } } } } },
        },
      },
    });
  });

  it("is the same each time", async () => {
    expect(JSON.stringify(await renderOpsOpenApi())).toBe(JSON.stringify(await renderOpsOpenApi()));
  });
});
