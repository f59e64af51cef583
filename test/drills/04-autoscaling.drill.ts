import { expect } from "vitest";
import { z } from "zod";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { drill } from "./drill.ts";
import { until } from "./drill-environment.ts";
import { loadOn } from "./drill-load.ts";

const deploymentSchema = z.looseObject({ spec: z.looseObject({ replicas: z.number() }) });

/** The window before pods are removed: five minutes in production, too long to wait for here. */
const WINDOW_SECONDS = 20;

drill(4, "The autoscaler adds pods under load and removes them after its window", async (context) => {
  const { environment, figures } = context;
  const region = environment.primary;
  const replicas = async () =>
    deploymentSchema.parse(
      await region.kubectl.getJson("deployment", "claude-agent-coordinator", { namespace: NAMESPACE }),
    ).spec.replicas;
  const coordinator = { maxReplicas: 4, scaleDownStabilizationSeconds: WINDOW_SECONDS };
  await environment.deploy({ coordinator });
  const before = await replicas();
  const load = loadOn(environment, { jsonPerSecond: 50, streams: 0 });

  const out = await until("more pods", replicas, (count) => count > before, 90_000);
  const scaled = await replicas();
  const update = await environment.deploy({ coordinator });
  const afterUpdate = await replicas();
  const counts = await load.stop();
  const back = await until("fewer pods", replicas, (count) => count === before, 300_000);

  figures.record("pods before and at most", `${before} and ${scaled}`);
  figures.record("from the start of the load to the first new pod", Math.round(out), "s");
  figures.record("pods before and after a pulumi up in between", `${scaled} and ${afterUpdate}`);
  figures.record(
    `from the end of the load to ${before} pods, with a window of ${WINDOW_SECONDS} s`,
    Math.round(back),
    "s",
  );
  figures.record("JSON requests failed", counts.json.failed, "", 0);
  await environment.deploy();
  expect(update.result.changes).toMatchObject({ updated: 0, replaced: 0 });
  expect(afterUpdate, "replicas after pulumi up").toBeGreaterThanOrEqual(scaled);
  expect(counts.json.failed).toBe(0);
});
