import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { PATHS } from "../../agent-runtime/src/contract.ts";
import { drill } from "./drill.ts";
import type { DrillEnvironment } from "./drill-environment.ts";
import { FaultyProxy } from "./faulty-proxy.ts";
import { startLoad } from "./load.ts";
import { startFrontDoorBefore } from "./own-front-door.ts";

const SECONDS = 60;

async function loadThrough(environment: DrillEnvironment, fault: (proxy: FaultyProxy) => Promise<void>) {
  const [primary, standby] = [environment.primary, environment.standby].map(
    ({ name }) => environment.record.regions.find((region) => region.name === name)?.endpoints ?? [],
  );
  const proxy = await FaultyProxy.before(primary?.[0] ?? "");
  const door = await startFrontDoorBefore([proxy.url], standby ?? []);
  const { apiKey } = environment.gateway;
  const load = startLoad({
    baseURL: door.url,
    apiKey,
    jsonPerSecond: 20,
    streams: 0,
    words: 1,
    pauseMs: 0,
    maxRetries: 2,
  });
  try {
    await sleep(3000);
    await fault(proxy);
    return await load.stop();
  } finally {
    await door.close();
    await proxy.close();
  }
}

drill(
  10,
  "The primary half dead, with a lying health endpoint, flapping every 20 s (fault 68)",
  async ({ environment, figures }) => {
    const halfDead = await loadThrough(environment, async (proxy) => {
      let count = 0;
      proxy.answer = (path) => (path !== PATHS.ready && count++ % 2 === 0 ? 500 : "forward");
      await sleep(SECONDS * 1000);
    });
    figures.record("every second answer 500: JSON requests", halfDead.json.sent);
    figures.record("every second answer 500: failed after the SDK's retries", halfDead.json.failed);
    figures.record("every second answer 500: retries by the SDK", halfDead.retries);

    const lying = await loadThrough(environment, async (proxy) => {
      proxy.answer = (path) => (path === PATHS.ready ? "forward" : 503);
      await sleep(SECONDS * 1000);
    });
    figures.record("ready says yes, all else 503: failed after the SDK's retries", lying.json.failed);

    const flapping = await loadThrough(environment, async (proxy) => {
      for (let turn = 0; turn < 4; turn++) {
        await proxy.close();
        await sleep(10_000);
        await proxy.reopen();
        await sleep(10_000);
      }
    });
    figures.record("down and up every 10 s, four times: failed", flapping.json.failed);
    figures.record(
      "down and up every 10 s, four times: changes of region in the answers",
      flapping.regionChanges,
    );

    const share = ({ json }: typeof halfDead) => json.failed / json.sent;
    // Until half of 20 answers have failed, and again after each ejection, one request in eight fails three times in a row.
    expect(share(halfDead), "share that failed with every second answer 500").toBeLessThan(0.05);
    expect(share(lying), "share that failed with a lying health endpoint").toBeLessThan(0.05);
    expect(flapping.json.failed, "failed while the primary flapped").toBe(0);
  },
);
