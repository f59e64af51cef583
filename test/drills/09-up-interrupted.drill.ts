import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect } from "vitest";
import { createTestEnvironment } from "../e2e/environment.ts";
import { outputShows } from "../e2e/output-shows.ts";
import { blockOf, differences, snapshotHost } from "../local/region/real/host-state.ts";
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
  const instance = environment.env["CLAUDE_AGENTS_INSTANCE"] ?? "";
  const kill = async (when: string, moment: (output: Readable) => Promise<unknown>) => {
    const child = execa(process.execPath, ["local/up.ts", "--verbose", ...REAL], {
      env: environment.env,
      reject: false,
      all: true,
    });
    await moment(child.all);
    child.kill("SIGKILL");
    await child;
    const up = await environment.command("up", "--json", ...REAL);
    expect(up.exitCode, `up after a kill at ${when}: ${up.stdout}`).toBe(0);
    expect((await environment.command("down")).exitCode, `down after a kill at ${when}`).toBe(0);
    const block = blockOf(new URL(up.json.regions[0].endpoints[0]).hostname);
    const left = async () => differences(before, await snapshotHost(), { instance, block });
    await expect.poll(left, { message: `the host after a kill at ${when}`, timeout: 10_000 }).toEqual([]);
  };
  try {
    for (const moment of MOMENTS) {
      await kill(moment, (output) => outputShows(output, moment));
    }
    const seed = Number(process.env["DRILL_SEED"] ?? Date.now() % 1_000_000) + 1;
    const seconds = randomSeconds(seed);
    for (let number = 0; number < RANDOM_KILLS; number++) {
      const after = seconds.next().value ?? 0;
      await kill(`${after.toFixed(1)} s (seed ${seed})`, () => sleep(after * 1000));
    }
    figures.record(
      "kills, each followed by a good up, a down and no difference of the host",
      MOMENTS.length + RANDOM_KILLS,
    );
    figures.record("seed of the random moments", seed);
  } finally {
    await environment.command("down");
    environment.remove();
  }
});
