import { FEATURES } from "../arms/our-features.ts";
import { ours, oursWithout } from "../arms/ours.ts";
import type { BenchContext } from "../bench-context.ts";
import { writeBody } from "../load/bodies.ts";
import { MODELS } from "../mock/answers.ts";
import { startStaticMock } from "../mock/static-mock.ts";
import type { Row } from "../report/model.ts";
import { loadArmCleanly, warmUp } from "./load-arm.ts";
import { type Figures, measureRounds } from "./measure-rounds.ts";
import type { Scenario } from "./scenario.ts";
import { rowsOf, type StartedArm, withStartedArms } from "./started-arms.ts";

const PROMPT_TOKENS = 50;
const BUSY_CONCURRENCY = 32;

/** What each feature of our gateway costs: everything is measured with one of them switched off. */
export const featureBill: Scenario = {
  name: "feature-bill",
  isOnlyOurs: true,
  async run(bench, arms) {
    const { plan } = bench;
    const variants = FEATURES.map(({ name }) => oursWithout(name));
    const subjects = arms.some(({ name }) => name === ours.name) ? [ours, ...variants] : [];
    const mock = await startStaticMock(bench);
    const options = { upstreamUrl: mock.url };
    const rows = await withStartedArms(bench, subjects, options, (started) => measureAll(bench, started));
    await mock.stop();
    return {
      name: "feature-bill",
      title: "The bill per feature",
      method:
        `Our gateway with its store in its own process, everything on and then each feature switched off in turn: ` +
        `${plan.latencySeconds} s a round one request at a time and ${plan.stepSeconds} s at concurrency ${BUSY_CONCURRENCY}. ` +
        "Saved is against everything on in the same round. Savings near the spread between rounds are noise.",
      metrics: [
        { key: "p50Ms", label: "p50", unit: "ms", digits: 3 },
        { key: "savedP50Ms", label: "saved p50", unit: "ms", digits: 3 },
        { key: "perSecond", label: `requests/s at ${BUSY_CONCURRENCY}`, unit: "", digits: 0 },
        { key: "cpuUs", label: "CPU a request", unit: "µs", digits: 0 },
        { key: "savedCpuUs", label: "saved CPU", unit: "µs", digits: 0 },
      ],
      rows,
    };
  },
};

async function measureAll(bench: BenchContext, started: readonly StartedArm[]): Promise<Row[]> {
  const bodyFile = await writeBody(bench, { model: MODELS.ordinary, promptTokens: PROMPT_TOKENS });
  await warmUp(bench, started, bodyFile);
  const outcomes = await measureRounds({
    subjects: started,
    rounds: bench.plan.rounds,
    signal: bench.signal,
    baseline: ours.name,
    compare: savings,
    measure: (arm, round) => {
      bench.say(`round ${round + 1}: ${arm.name}`);
      return measureOne(bench, arm, bodyFile);
    },
  });
  return rowsOf(outcomes);
}

async function measureOne(bench: BenchContext, arm: StartedArm, bodyFile: string): Promise<Figures> {
  const { latencySeconds, stepSeconds } = bench.plan;
  const alone = await loadArmCleanly(bench, arm, { bodyFile, concurrency: 1, seconds: latencySeconds });
  const busy = await loadArmCleanly(bench, arm, {
    bodyFile,
    concurrency: BUSY_CONCURRENCY,
    seconds: stepSeconds,
  });
  return { p50Ms: alone.p50Us / 1000, perSecond: busy.perSecond, cpuUs: busy.cpuUs };
}

function savings(own: Figures, everythingOn: Figures): Figures {
  const saved = (key: string) => (everythingOn[key] ?? Number.NaN) - (own[key] ?? Number.NaN);
  return { savedP50Ms: saved("p50Ms"), savedCpuUs: saved("cpuUs") };
}
