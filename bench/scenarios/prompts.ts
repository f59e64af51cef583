import type { BenchContext } from "../bench-context.ts";
import { writeBody } from "../load/bodies.ts";
import { MODELS } from "../mock/answers.ts";
import { startStaticMock } from "../mock/static-mock.ts";
import type { Row } from "../report/model.ts";
import { addedTime } from "./latency.ts";
import { loadArmCleanly, warmUp } from "./load-arm.ts";
import { measureRounds } from "./measure-rounds.ts";
import type { Scenario } from "./scenario.ts";
import { rowsOf, type StartedArm, withStartedArms } from "./started-arms.ts";

const PROMPT_TOKENS = [1_000, 10_000, 100_000];

/** What large prompts cost on their way through. */
export const prompts: Scenario = {
  name: "prompts",
  async run(bench, arms) {
    const mock = await startStaticMock(bench);
    const rows = await withStartedArms(bench, arms, { upstreamUrl: mock.url }, async (started) => {
      const bySize: Row[] = [];
      for (const tokens of PROMPT_TOKENS) bySize.push(...(await measureSize(bench, started, tokens)));
      return bySize;
    });
    await mock.stop();
    return {
      name: "prompts",
      title: "Large prompts",
      method:
        `One connection, one request after another for ${bench.plan.promptSeconds} s a round, not streamed; four characters ` +
        "a token. The mock reads each prompt and throws it away.",
      metrics: [
        { key: "p50Ms", label: "p50", unit: "ms", digits: 3 },
        { key: "addedP50Ms", label: "added p50", unit: "ms", digits: 3 },
        { key: "addedP99Ms", label: "added p99", unit: "ms", digits: 3 },
        { key: "cpuUs", label: "CPU a request", unit: "µs", digits: 0 },
      ],
      rows,
    };
  },
};

async function measureSize(
  bench: BenchContext,
  started: readonly StartedArm[],
  promptTokens: number,
): Promise<Row[]> {
  const { plan, signal } = bench;
  const bodyFile = await writeBody(bench, { model: MODELS.ordinary, promptTokens });
  await warmUp(bench, started, bodyFile);
  const outcomes = await measureRounds({
    subjects: started,
    rounds: plan.rounds,
    signal,
    baseline: "direct",
    compare: addedTime,
    measure: async (arm, round) => {
      bench.say(`round ${round + 1}: ${arm.name}, ${promptTokens} tokens`);
      const load = { bodyFile, concurrency: 1, seconds: plan.promptSeconds };
      const { p50Us, p99Us, cpuUs } = await loadArmCleanly(bench, arm, load);
      const times = { p50Ms: p50Us / 1000, p99Ms: p99Us / 1000 };
      return arm.running.pids.length === 0 ? times : { ...times, cpuUs };
    },
  });
  return rowsOf(outcomes, `${promptTokens.toLocaleString("en-GB")} tokens`);
}
