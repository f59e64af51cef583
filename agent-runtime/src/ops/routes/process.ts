import { z } from "zod";
import { operatorOf } from "../access.ts";
import type { OpsApp } from "../ops-app.ts";
import type { OpsDeps } from "../ports.ts";
import { reason } from "../scopes.ts";

export const processAnswer = z.object({
  service: z.string(),
  version: z.string(),
  environment: z.string(),
  region: z.string(),
  role: z.string(),
  upstream: z.string(),
  phase: z.enum(["starting", "ready", "draining"]),
  uptimeSeconds: z.number().nonnegative(),
  turns: z.int().describe("Requests under way"),
  pid: z.int(),
  node: z.string(),
  rssBytes: z.int(),
  heapUsedBytes: z.int(),
});

export const drainAnswer = z.object({ turns: z.int().describe("Requests that the drain waits for") });

/** The process that answers, and its end. */
export function addProcessRoutes(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/process",
    {
      config: { action: "admin:process:read" },
      schema: { tags: ["process"], summary: "What runs here", response: { 200: processAnswer } },
    },
    () => {
      const { rss, heapUsed } = process.memoryUsage();
      const { pid, version: node } = process;
      return { ...deps.process.read(), pid, node, rssBytes: rss, heapUsedBytes: heapUsed };
    },
  );
  app.post(
    "/process/drain",
    {
      config: { action: "admin:process:write" },
      schema: {
        tags: ["process"],
        summary:
          "Does what SIGTERM does to the process that answers: new requests go elsewhere, turns end, it exits",
        body: z.strictObject({ reason }),
        response: { 202: drainAnswer },
      },
    },
    async (request, reply) => {
      const { turns } = deps.process.read();
      const { keyId } = operatorOf(request);
      request.log.warn({ by: keyId, reason: request.body.reason, turns }, "an operator drains this process");
      deps.process.drain();
      return reply.code(202).send({ turns });
    },
  );
}
