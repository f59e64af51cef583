import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect } from "vitest";
import { createTestEnvironment } from "../e2e/environment.ts";
import { differences, snapshotHost } from "../local/region/real/host-state.ts";
import { drill } from "./drill.ts";

const REAL = ["--nodes", "real", "--no-gateway"];

/** Moments of `up` at which something is half made: what it has said just before. */
const MOMENTS = ["Start 2 regions", "Equip the workers", "Deploy the stack", "Open the regions"];

/** Random moments, by a seed that the results name. */
const RANDOM_KILLS = 2;
const LONGEST_SECONDS = 35;

function* randomSeconds(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    // Park and Miller's generator.
    state = (state * 48_271) % 2_147_483_647;
    yield (state / 2_147_483_647) * LONGEST_SECONDS;
  }
}

drill(9, "up killed at named and random moments, then up, then down", async ({ figures }) => {
  const before = await snapshotHost();
  const environment = await createTestEnvironment();
  const left: string[] = [];
  const kill = async (when: string, moment: (output: AsyncIterable<string>) => Promise<unknown>) => {
    const child = execa(process.execPath, ["local/up.ts", "--verbose", ...REAL], {
      env: environment.env,
      reject: false,
      all: true,
    });
    await moment(child.iterable({ from: "all" }));
    process.kill(child.pid ?? Number.NaN, "SIGKILL");
    await child;
    const up = await environment.command("up", "--json", ...REAL);
    expect(up.exitCode, `up after a kill at ${when}: ${up.stdout}`).toBe(0);
    expect((await environment.command("down")).exitCode, `down after a kill at ${when}`).toBe(0);
    left.push(...differences(before, await snapshotHost()).map((difference) => `${when}: ${difference}`));
  };
  try {
    for (const moment of MOMENTS) {
      await kill(moment, async (output) => {
        for await (const line of output) if (line.includes(moment)) return;
      });
    }
    const seed = Number(process.env["DRILL_SEED"] ?? Date.now() % 1_000_000) + 1;
    const seconds = randomSeconds(seed);
    for (let number = 0; number < RANDOM_KILLS; number++) {
      const after = seconds.next().value ?? 0;
      await kill(`${after.toFixed(1)} s (seed ${seed})`, () => sleep(after * 1000));
    }
    figures.record("kills followed by a good up and a clean down", MOMENTS.length + RANDOM_KILLS);
    figures.record("seed of the random moments", seed);
    figures.record("differences of the host afterwards", left.length, "", 0);
    expect(left).toEqual([]);
  } finally {
    await environment.command("down");
    environment.remove();
  }
});
