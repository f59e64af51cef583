import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { boot, powerOff } from "../../local/region/real/machine.ts";
import { drill } from "./drill.ts";
import { until } from "./drill-environment.ts";
import { loadOn, recordLoad } from "./drill-load.ts";

const TAKEN_OVER_BOUND_SECONDS = 20;

drill(
  6,
  "The primary region stopped whole, then brought back (fault 68)",
  async ({ environment, figures }) => {
    const { primary, standby } = environment;
    const machines = [primary.layout.controlPlane, ...primary.layout.workers];
    const active = async () => (await environment.frontDoor())?.active;
    const load = loadOn(environment);
    await sleep(3000);

    const [takenOver] = await Promise.all([
      until("the standby serves", active, (name) => name === standby.name, 60_000),
      ...machines.map(powerOff),
    ]);
    await sleep(10_000);
    await Promise.all(machines.map(boot));
    const back = await until("the primary serves again", active, (name) => name === primary.name, 180_000);
    await sleep(15_000);
    const counts = await load.stop();

    recordLoad(figures, counts);
    figures.record(
      "until the front door sends to the standby",
      Math.round(takenOver * 10) / 10,
      "s",
      TAKEN_OVER_BOUND_SECONDS,
    );
    figures.record("from power-on until the primary serves again", Math.round(back), "s");
    figures.record("changes of region in the answers, streams included", counts.regionChanges);
    await environment.recovered();
    expect(takenOver).toBeLessThanOrEqual(TAKEN_OVER_BOUND_SECONDS);
    expect(await active(), "the region that serves at the end").toBe(primary.name);
    expect(counts.streams.truncated + counts.streams.brokenOff, "streams cut without a word").toBe(0);
  },
);
