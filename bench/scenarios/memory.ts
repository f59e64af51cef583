import { setTimeout as delay } from "node:timers/promises";
import type { BenchContext } from "../bench-context.ts";
import { writeBody } from "../load/bodies.ts";
import { MODELS } from "../mock/answers.ts";
import { startStaticMock } from "../mock/static-mock.ts";
import { usageOf } from "../processes/process-tree.ts";
import type { Outcome } from "../report/model.ts";
import { reasonOf } from "../report/reason.ts";
import { spreadOf } from "../statistics.ts";
import { type ArmLoad, loadArm } from "./load-arm.ts";
import { type Figures, measureRounds } from "./measure-rounds.ts";
import type { Scenario } from "./scenario.ts";
import { rowsOf, type StartedArm, withStartedArms } from "./started-arms.ts";

const PROMPT_TOKENS = 1_000;
const LOADED_CONCURRENCY = 64;
const SOAK = { concurrency: 4, requestsPerSecond: 12 };

/** Growth is counted from here: caches and compiled code have had their time. */
const SETTLED_FRACTION = 0.1;
const SETTLE_MS = 2_000;
const SAMPLE_MS = 200;
const MIB = 2 ** 20;

/** Memory without load, under load, and whether it grows. */
export const memory: Scenario = {
  name: "memory",
  async run(bench, arms) {
    const { plan } = bench;
    const mock = await startStaticMock(bench);
    const bodyFile = await writeBody(bench, { model: MODELS.ordinary, promptTokens: PROMPT_TOKENS });
    const processes = arms.filter(({ name }) => name !== "direct");
    const rows = await withStartedArms(bench, processes, { upstreamUrl: mock.url }, async (started) =>
      rowsOf(await measureAll(bench, started, bodyFile)),
    );
    await mock.stop();
    return {
      name: "memory",
      title: "Memory",
      method:
        `Resident memory of the arm's processes: ${SETTLE_MS / 1000} s after its first answer; at most during ` +
        `${plan.loadedSeconds} s a round at concurrency ${LOADED_CONCURRENCY} with prompts of ${PROMPT_TOKENS} tokens; and ` +
        `after a soak of ${plan.soakSeconds} s with ${SOAK.concurrency * SOAK.requestsPerSecond} requests/s for each arm, all ` +
        "at the same time. Growth is from a tenth of the soak to its end.",
      metrics: [
        { key: "idleMiB", label: "idle", unit: "MiB", digits: 0 },
        { key: "loadedMiB", label: "loaded", unit: "MiB", digits: 0 },
        { key: "soakedMiB", label: "after the soak", unit: "MiB", digits: 0 },
        { key: "growthMiB", label: "growth in the soak", unit: "MiB", digits: 1 },
      ],
      rows,
    };
  },
};

async function measureAll(
  bench: BenchContext,
  started: readonly StartedArm[],
  bodyFile: string,
): Promise<Map<string, Outcome>> {
  const { plan, signal } = bench;
  await delay(SETTLE_MS, undefined, { signal });
  const idle = await Promise.all(started.map(memoryMiB));
  const loaded = await measureRounds({
    subjects: started,
    rounds: plan.rounds,
    signal,
    measure: async (arm, round) => {
      bench.say(`round ${round + 1}: ${arm.name} under load`);
      const load = { bodyFile, concurrency: LOADED_CONCURRENCY, seconds: plan.loadedSeconds };
      return { loadedMiB: await peakDuring(bench, arm, load) };
    },
  });
  bench.say(`soak of ${plan.soakSeconds} s`);
  const soaked = await Promise.all(started.map((arm) => soakOutcome(bench, arm, bodyFile)));
  return new Map(
    started.map((arm, index) => {
      const once = { idleMiB: idle[index] ?? Number.NaN, ...soaked[index]?.figures };
      return [arm.name, extended(loaded.get(arm.name), once, soaked[index]?.reason)];
    }),
  );
}

async function memoryMiB({ running }: StartedArm): Promise<number> {
  return (await usageOf(running.pids)).rssBytes / MIB;
}

async function peakDuring(bench: BenchContext, arm: StartedArm, load: ArmLoad): Promise<number> {
  const over = new AbortController();
  const sampling = samplePeak(arm, over.signal);
  try {
    await loadArm(bench, arm, load);
  } finally {
    over.abort();
  }
  return sampling;
}

async function samplePeak(arm: StartedArm, over: AbortSignal): Promise<number> {
  let peak = await memoryMiB(arm);
  while (!over.aborted) {
    await delay(SAMPLE_MS);
    peak = Math.max(peak, await memoryMiB(arm));
  }
  return peak;
}

async function soakOutcome(
  bench: BenchContext,
  arm: StartedArm,
  bodyFile: string,
): Promise<{ figures?: Figures; reason?: string }> {
  const { soakSeconds } = bench.plan;
  const settled = delay(soakSeconds * SETTLED_FRACTION * 1000, undefined, { signal: bench.signal }).then(() =>
    memoryMiB(arm),
  );
  try {
    const [before, result] = await Promise.all([
      settled,
      loadArm(bench, arm, { bodyFile, ...SOAK, seconds: soakSeconds }),
    ]);
    if (result.failed > 0) return { reason: `${result.failed} answers of the soak were not 200` };
    const soakedMiB = await memoryMiB(arm);
    return { figures: { soakedMiB, growthMiB: soakedMiB - before } };
  } catch (error) {
    bench.signal.throwIfAborted();
    return { reason: reasonOf(error) };
  }
}

function extended(loaded: Outcome | undefined, once: Figures, reason: string | undefined): Outcome {
  if (loaded === undefined || loaded.kind !== "measured") {
    return loaded ?? { kind: "failed", reason: "it was not measured" };
  }
  if (reason !== undefined) return { kind: "failed", reason };
  const single = Object.entries(once).map(([key, value]) => [key, spreadOf([value])] as const);
  return { kind: "measured", figures: { ...loaded.figures, ...Object.fromEntries(single) } };
}
