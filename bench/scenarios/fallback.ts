import type { BenchContext } from "../bench-context.ts";
import { writeBody } from "../load/bodies.ts";
import { MODELS } from "../mock/answers.ts";
import { type LiveMock, startLiveMock } from "../mock/start-live-mock.ts";
import type { Row } from "../report/model.ts";
import { loadArmCleanly, warmUp } from "./load-arm.ts";
import { type Figures, measureRounds } from "./measure-rounds.ts";
import type { Scenario } from "./scenario.ts";
import { rowsOf, type StartedArm, withStartedArms } from "./started-arms.ts";

const PROMPT_TOKENS = 50;

/** What it costs that a model is rate limited and another one answers. */
export const fallback: Scenario = {
  name: "fallback",
  async run(bench, arms) {
    const { plan } = bench;
    const able = arms.filter(({ canFallBack }) => canFallBack);
    const mock = await startLiveMock(bench);
    const options = {
      upstreamUrl: mock.url,
      fallback: { from: MODELS.limited, to: MODELS.ordinary },
    };
    const rows = await withStartedArms(bench, able, options, (started) => measureAll(bench, mock, started));
    await mock.stop();
    const unable = arms.filter(({ name, canFallBack }) => name !== "direct" && !canFallBack);
    return {
      name: "fallback",
      title: "From a rate limit to another model",
      method:
        `One connection, ${plan.fallbackSeconds} s a round for each of two models: one that the mock answers, and one that it ` +
        "answers 429, whose requests the gateway then sends to the first. Retries before that are switched off. Where there is " +
        "less than one 429 a request, the gateway has remembered and not asked.",
      metrics: [
        { key: "ordinaryP50Ms", label: "ordinary p50", unit: "ms", digits: 3 },
        { key: "fallbackP50Ms", label: "with fallback p50", unit: "ms", digits: 3 },
        { key: "fallbackP99Ms", label: "p99", unit: "ms", digits: 3 },
        { key: "costMs", label: "cost of the fallback p50", unit: "ms", digits: 3 },
        { key: "limitedEach", label: "429s a request", unit: "", digits: 2 },
      ],
      rows: [...rows, ...unable.map(({ name }) => unableRow(name))],
    };
  },
};

function unableRow(arm: string): Row {
  return { arm, outcome: { kind: "not-run", reason: "it has no fallback" } };
}

async function measureAll(
  bench: BenchContext,
  mock: LiveMock,
  started: readonly StartedArm[],
): Promise<Row[]> {
  const bodies = {
    ordinary: await writeBody(bench, { model: MODELS.ordinary, promptTokens: PROMPT_TOKENS }),
    limited: await writeBody(bench, { model: MODELS.limited, promptTokens: PROMPT_TOKENS }),
  };
  await warmUp(bench, started, bodies.limited);
  const outcomes = await measureRounds({
    subjects: started,
    rounds: bench.plan.rounds,
    signal: bench.signal,
    measure: (arm, round) => {
      bench.say(`round ${round + 1}: ${arm.name}`);
      return measureOne(bench, mock, arm, bodies);
    },
  });
  return rowsOf(outcomes);
}

async function measureOne(
  bench: BenchContext,
  mock: LiveMock,
  arm: StartedArm,
  bodies: { readonly ordinary: string; readonly limited: string },
): Promise<Figures> {
  const load = { concurrency: 1, seconds: bench.plan.fallbackSeconds };
  const ordinary = await loadArmCleanly(bench, arm, { ...load, bodyFile: bodies.ordinary });
  const before = await mock.limitedCount();
  const limited = await loadArmCleanly(bench, arm, { ...load, bodyFile: bodies.limited });
  const limitedEach = ((await mock.limitedCount()) - before) / limited.answered;
  return {
    ordinaryP50Ms: ordinary.p50Us / 1000,
    fallbackP50Ms: limited.p50Us / 1000,
    fallbackP99Ms: limited.p99Us / 1000,
    costMs: (limited.p50Us - ordinary.p50Us) / 1000,
    limitedEach,
  };
}
