import { z } from "zod";
import { judgeHealth } from "../health-score.ts";
import type { OpsApp } from "../ops-app.ts";
import type { OpsDeps } from "../ports.ts";

const state = z.enum(["ok", "degraded", "failing", "unknown"]);
const score = z.int().min(0).max(100);

export const healthAnswer = z.object({
  score: score.describe("That of the worst part"),
  state,
  parts: z.array(
    z.object({
      name: z.string(),
      state,
      score: score.exactOptional().describe("Absent where nothing is known"),
      detail: z.string(),
    }),
  ),
});

/** How everything that this process depends on does. Probes must not ask: a restart mends none of it. */
export function addDeepHealthRoute(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/health",
    {
      config: { action: "admin:process:read" },
      schema: {
        tags: ["process"],
        summary: "Store, upstream (by its last real answers), memory, event loop, disk and configuration",
        response: { 200: healthAnswer },
      },
    },
    async () => {
      const report = judgeHealth(await deps.health.read(), deps.now().getTime());
      return { ...report, parts: [...report.parts] };
    },
  );
}
