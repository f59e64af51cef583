import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { boot, powerOff } from "../../local/region/real/machine.ts";
import { drill } from "./drill.ts";
import { until } from "./drill-environment.ts";
import { loadOn, recordLoad } from "./drill-load.ts";
import { inPod, machineOf, masterOf, podsOf, readyPods, STORE_CLI } from "./pod-faults.ts";

const FAILED_SHARE_BOUND = 0.02;
const REPLACED_BOUND_SECONDS = 60;

drill(
  5,
  "A worker drained, restarted and powered off; the control plane off for 5 s (fault 62)",
  async (context) => {
    const { environment, figures } = context;
    const region = environment.primary;
    const busyWorker = async () => {
      const [pod] = await readyPods(region, "coordinator", 2);
      if (pod === undefined) throw new Error("There is no coordinator pod.");
      return machineOf(region, pod);
    };

    const drained = await busyWorker();
    const drainLoad = loadOn(environment);
    await sleep(3000);
    const drainArgs = [
      "drain",
      drained.name,
      "--ignore-daemonsets",
      "--delete-emptydir-data",
      "--timeout=120s",
    ];
    const drainStart = performance.now();
    await region.kubectl.run(drainArgs);
    figures.record("drain", Math.round((performance.now() - drainStart) / 100) / 10, "s");
    await sleep(3000);
    const drainCounts = await drainLoad.stop();
    await region.kubectl.run(["uncordon", drained.name]);
    figures.record("drained: JSON requests failed", drainCounts.json.failed, "", 0);
    figures.record(
      "drained: streams cut or in error",
      drainCounts.streams.started - drainCounts.streams.complete - drainCounts.streams.unfinished,
    );
    await environment.recovered();

    const master = await masterOf(region);
    const write = `${STORE_CLI} set probe:5 kept && ${STORE_CLI} wait 2 2000`;
    await inPod(region, master.name, "valkey", write);
    const restarted = machineOf(region, master);
    await powerOff(restarted);
    await sleep(2000);
    await boot(restarted);
    const read = `${STORE_CLI} get probe:5`;
    const readAll = async () =>
      await Promise.all(
        (await podsOf(region, "store")).map(({ name }) => inPod(region, name, "valkey", read)),
      );
    // Right after power-on the API server still calls ready what ran before.
    const hasAll = (values: readonly string[]) =>
      values.length === 3 && values.every((value) => value === "kept");
    const restartSeconds = await until("the store has what was written", readAll, hasAll, 120_000);
    await environment.recovered();
    figures.record("restarted: all pods of the store have what was written", Math.round(restartSeconds), "s");

    const lost = await busyWorker();
    const load = loadOn(environment);
    await sleep(3000);
    await powerOff(lost);
    const alive = async () =>
      (await podsOf(region, "coordinator")).filter(({ node, isReady }) => isReady && node !== lost.name);
    const replaced = await until("replacements", alive, (pods) => pods.length >= 2, 120_000);
    await sleep(5000);
    const counts = await load.stop();
    recordLoad(figures, counts);
    const share = counts.json.failed / counts.json.sent;
    figures.record(
      "powered off: share of JSON requests that failed",
      Math.round(share * 10_000) / 100,
      "%",
      100 * FAILED_SHARE_BOUND,
    );
    figures.record("powered off: replacements ready", Math.round(replaced), "s", REPLACED_BOUND_SECONDS);
    await boot(lost);
    await environment.recovered();

    const planeLoad = loadOn(environment);
    await sleep(2000);
    await powerOff(region.layout.controlPlane);
    await sleep(5000);
    await boot(region.layout.controlPlane);
    await environment.recovered();
    const planeCounts = await planeLoad.stop();
    figures.record("control plane off for 5 s: JSON requests failed", planeCounts.json.failed, "", 0);

    expect(drainCounts.json.failed, "failed while a worker was drained").toBe(0);
    expect(share, "share that failed when a worker was powered off").toBeLessThanOrEqual(FAILED_SHARE_BOUND);
    expect(replaced, "seconds to replacements").toBeLessThanOrEqual(REPLACED_BOUND_SECONDS);
    expect(planeCounts.json.failed, "failed while the control plane was off").toBe(0);
  },
);
