import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { drill } from "./drill.ts";
import { STEADY } from "./drill-environment.ts";
import { loadOn, recordLoad } from "./drill-load.ts";
import { killContainer, podsOf, readyPods } from "./pod-faults.ts";

const PODS = 4;

drill(
  1,
  "Coordinator pods killed under load: one, then all but one (fault 61)",
  async ({ environment, figures }) => {
    const region = environment.primary;
    await environment.deploy({ coordinator: { minReplicas: PODS, maxReplicas: PODS } });
    await readyPods(region, "coordinator", PODS);

    const load = loadOn(environment);
    await sleep(5000);
    const [one] = await podsOf(region, "coordinator");
    if (one === undefined) throw new Error("There is no coordinator pod.");
    await killContainer(region, one, "coordinator");
    await sleep(10_000);
    await readyPods(region, "coordinator", PODS);
    const [, ...allButOne] = await podsOf(region, "coordinator");
    await Promise.all(allButOne.map((pod) => killContainer(region, pod, "coordinator")));
    await sleep(10_000);
    await readyPods(region, "coordinator", PODS);
    const counts = await load.stop();

    await environment.deploy();
    await readyPods(region, "coordinator", STEADY.minReplicas);
    figures.record("pods killed", 1 + allButOne.length);
    recordLoad(figures, counts);
    expect(counts.json.failed, "JSON requests that failed after the SDK's own retries").toBe(0);
    expect(counts.streams.truncated + counts.streams.brokenOff, "streams cut without a word").toBe(0);
  },
);
