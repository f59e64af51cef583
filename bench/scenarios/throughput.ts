import type { BenchContext } from "../bench-context.ts";
import { writeBody } from "../load/bodies.ts";
import { MODELS } from "../mock/answers.ts";
import { startStaticMock } from "../mock/static-mock.ts";
import { type ArmLoadResult, loadArm, warmUp } from "./load-arm.ts";
import { type Figures, measureRounds } from "./measure-rounds.ts";
import type { Scenario } from "./scenario.ts";
import { rowsOf, type StartedArm, withStartedArms } from "./started-arms.ts";

const PROMPT_TOKENS = 50;
const MAX_P99_MS = 50;

/** How much goes through while answers stay quick. */
export const throughput: Scenario = {
  name: "throughput",
  async run(bench, arms) {
    const { plan, signal } = bench;
    const mock = await startStaticMock(bench);
    const bodyFile = await writeBody(bench, { model: MODELS.ordinary, promptTokens: PROMPT_TOKENS });
    const rows = await withStartedArms(bench, arms, { upstreamUrl: mock.url }, async (started) => {
      await warmUp(bench, started, bodyFile);
      const measure = (arm: StartedArm, round: number) => climb(bench, arm, bodyFile, round);
      return rowsOf(await measureRounds({ subjects: started, rounds: plan.rounds, signal, measure }));
    });
    await mock.stop();
    return {
      name: "throughput",
      title: `Throughput with a p99 of at most ${MAX_P99_MS} ms`,
      method:
        `Concurrencies ${plan.ladder.join(", ")}, ${plan.stepSeconds} s each, climbed until the p99 exceeds ` +
        `${MAX_P99_MS} ms or an answer is not 200; the highest rate counts. The line \`direct\` is the ceiling of mock and ` +
        "driver. CPU time is that of the arm's processes alone; its Redis has a column of its own.",
      metrics: [
        { key: "perSecond", label: "requests/s", unit: "", digits: 0 },
        { key: "concurrency", label: "at concurrency", unit: "", digits: 0 },
        { key: "p99Ms", label: "p99", unit: "ms", digits: 2 },
        { key: "cpuUs", label: "CPU a request", unit: "µs", digits: 0 },
        { key: "perCpuSecond", label: "requests a CPU-second", unit: "", digits: 0 },
        { key: "storeCpuUs", label: "Redis CPU a request", unit: "µs", digits: 0 },
      ],
      rows,
    };
  },
};

async function climb(
  bench: BenchContext,
  arm: StartedArm,
  bodyFile: string,
  round: number,
): Promise<Figures> {
  let best: Figures | undefined;
  let last = "";
  for (const concurrency of bench.plan.ladder) {
    bench.signal.throwIfAborted();
    bench.say(`round ${round + 1}: ${arm.name} at concurrency ${concurrency}`);
    const result = await loadArm(bench, arm, { bodyFile, concurrency, seconds: bench.plan.stepSeconds });
    last = `at concurrency ${concurrency} the p99 is ${Math.round(result.p99Us / 1000)} ms, ${result.failed} failed`;
    if (result.failed > 0 || result.p99Us > MAX_P99_MS * 1000) break;
    if (result.perSecond > (best?.["perSecond"] ?? 0)) best = figuresOf(result, concurrency, arm);
  }
  if (best === undefined) throw new Error(`no rate keeps the p99 at ${MAX_P99_MS} ms: ${last}`);
  return best;
}

function figuresOf(result: ArmLoadResult, concurrency: number, { running }: StartedArm): Figures {
  const { perSecond, p99Us, cpuUs, storeCpuUs } = result;
  return {
    perSecond,
    concurrency,
    p99Ms: p99Us / 1000,
    ...(running.pids.length === 0 ? {} : { cpuUs, perCpuSecond: 1e6 / cpuUs }),
    ...(running.storePids.length === 0 ? {} : { storeCpuUs }),
  };
}
