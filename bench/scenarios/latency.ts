import { writeBody } from "../load/bodies.ts";
import { MODELS } from "../mock/answers.ts";
import { startStaticMock } from "../mock/static-mock.ts";
import { loadArmCleanly, warmUp } from "./load-arm.ts";
import { type Figures, measureRounds } from "./measure-rounds.ts";
import type { Scenario } from "./scenario.ts";
import { rowsOf, withStartedArms } from "./started-arms.ts";

const PROMPT_TOKENS = 50;

/** What a gateway adds to a lone caller's request. */
export const latency: Scenario = {
  name: "latency",
  async run(bench, arms) {
    const { plan, signal } = bench;
    const mock = await startStaticMock(bench);
    const bodyFile = await writeBody(bench, { model: MODELS.ordinary, promptTokens: PROMPT_TOKENS });
    const load = { bodyFile, concurrency: 1, seconds: plan.latencySeconds };
    const rows = await withStartedArms(bench, arms, { upstreamUrl: mock.url }, async (started) => {
      await warmUp(bench, started, bodyFile);
      const outcomes = await measureRounds({
        subjects: started,
        rounds: plan.rounds,
        signal,
        baseline: "direct",
        compare: addedTime,
        measure: async (arm, round) => {
          bench.say(`round ${round + 1}: ${arm.name}`);
          const { p50Us, p99Us } = await loadArmCleanly(bench, arm, load);
          return { p50Ms: p50Us / 1000, p99Ms: p99Us / 1000 };
        },
      });
      return rowsOf(outcomes);
    });
    await mock.stop();
    return {
      name: "latency",
      title: "One request at a time",
      method:
        `One connection, one request after another for ${plan.latencySeconds} s a round, not streamed, a prompt of ` +
        `${PROMPT_TOKENS} tokens. Added time is that beyond a direct call to the mock in the same round.`,
      metrics: [
        { key: "p50Ms", label: "p50", unit: "ms", digits: 3 },
        { key: "p99Ms", label: "p99", unit: "ms", digits: 3 },
        { key: "addedP50Ms", label: "added p50", unit: "ms", digits: 3 },
        { key: "addedP99Ms", label: "added p99", unit: "ms", digits: 3 },
      ],
      rows,
    };
  },
};

/** Needs `p50Ms` and `p99Ms` of both. */
export function addedTime(own: Figures, direct: Figures): Figures {
  const added = (key: string) => (own[key] ?? Number.NaN) - (direct[key] ?? Number.NaN);
  return { addedP50Ms: added("p50Ms"), addedP99Ms: added("p99Ms") };
}
