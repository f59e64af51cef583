import type { BenchContext } from "../bench-context.ts";
import { messageBody } from "../load/bodies.ts";
import { runStreams } from "../load/run-streams.ts";
import { DELTA_INTERVAL_MS, DELTAS_PER_STREAM, MODELS } from "../mock/answers.ts";
import { startLiveMock } from "../mock/start-live-mock.ts";
import { usageOf } from "../processes/process-tree.ts";
import type { Row } from "../report/model.ts";
import { type Figures, measureRounds } from "./measure-rounds.ts";
import type { Scenario } from "./scenario.ts";
import { rowsOf, type StartedArm, withStartedArms } from "./started-arms.ts";

const PROMPT_TOKENS = 50;

/** How much longer than undisturbed streams they may take before they count as lost. */
const TIMEOUT_FACTOR = 4;

/** What becomes of many streams at once. */
export const streams: Scenario = {
  name: "streams",
  async run(bench, arms) {
    const { plan } = bench;
    const mock = await startLiveMock(bench);
    const rows = await withStartedArms(bench, arms, { upstreamUrl: mock.url }, async (started) => {
      await warmUpStreams(bench, started);
      const byLevel: Row[] = [];
      for (const level of plan.streamLevels) byLevel.push(...(await measureLevel(bench, started, level)));
      return byLevel;
    });
    await mock.stop();
    return {
      name: "streams",
      title: "Streams at once",
      method:
        `Streams of ${DELTAS_PER_STREAM} numbered deltas, one each ${DELTA_INTERVAL_MS} ms, each connection carrying ` +
        `${plan.streamsEach} one after another; their beginnings are spread over the length of a stream. Clean are streams ` +
        "with every delta once, in order, and a proper end. Times are added to those of the same number of streams straight " +
        "from the mock in the same round. Mock and driver take about 12 µs of CPU each for every delta, which is more than a core " +
        "at 1,000 streams: on two cores the gateways then have less than one.",
      metrics: [
        { key: "cleanPercent", label: "clean", unit: "%", digits: 2 },
        { key: "firstByteP99Ms", label: "first byte p99", unit: "ms", digits: 2 },
        { key: "addedFirstByteP50Ms", label: "added first byte p50", unit: "ms", digits: 2 },
        { key: "addedFirstByteP99Ms", label: "added first byte p99", unit: "ms", digits: 2 },
        { key: "addedGapP99Ms", label: "added gap p99", unit: "ms", digits: 2 },
        { key: "addedDelayP50Ms", label: "added delay of a delta p50", unit: "ms", digits: 2 },
        { key: "addedDelayP99Ms", label: "added delay p99", unit: "ms", digits: 2 },
        { key: "cpuUs", label: "CPU a delta", unit: "µs", digits: 1 },
      ],
      rows,
    };
  },
};

async function measureLevel(
  bench: BenchContext,
  started: readonly StartedArm[],
  level: number,
): Promise<Row[]> {
  const outcomes = await measureRounds({
    subjects: started,
    rounds: bench.plan.rounds,
    signal: bench.signal,
    baseline: "direct",
    compare: addedTimes,
    measure: (arm, round) => {
      bench.say(`round ${round + 1}: ${arm.name}, ${level} streams`);
      return measureStreams(bench, arm, level, bench.plan.streamsEach);
    },
  });
  return rowsOf(outcomes, `${level} streams`);
}

async function measureStreams(
  bench: BenchContext,
  { running }: StartedArm,
  concurrency: number,
  streamsEach: number,
): Promise<Figures> {
  const { url, headers, pids } = running;
  await bench.processes.trimLogs();
  const undisturbedMs = DELTAS_PER_STREAM * DELTA_INTERVAL_MS * (streamsEach + 1);
  const body = messageBody({ model: MODELS.ordinary, promptTokens: PROMPT_TOKENS, stream: true });
  const before = await usageOf(pids);
  const timeoutMs = undisturbedMs * TIMEOUT_FACTOR;
  const seen = await runStreams(bench, { url, headers, body, concurrency, streamsEach, timeoutMs });
  const after = await usageOf(pids);
  if (seen.clean === 0) throw new Error(`none of ${seen.streams} streams was clean`);
  const cpuUs = ((after.cpuSeconds - before.cpuSeconds) / seen.deltas) * 1e6;
  return {
    cleanPercent: (seen.clean / seen.streams) * 100,
    lost: seen.streams - seen.clean,
    firstByteP50Ms: seen.firstByteP50Us / 1000,
    firstByteP99Ms: seen.firstByteP99Us / 1000,
    gapP99Ms: seen.gapP99Us / 1000,
    delayP50Ms: seen.delayP50Us / 1000,
    delayP99Ms: seen.delayP99Us / 1000,
    ...(pids.length === 0 ? {} : { cpuUs }),
  };
}

function addedTimes(own: Figures, direct: Figures): Figures {
  const added = (key: string) => (own[key] ?? Number.NaN) - (direct[key] ?? Number.NaN);
  return {
    addedFirstByteP50Ms: added("firstByteP50Ms"),
    addedFirstByteP99Ms: added("firstByteP99Ms"),
    addedGapP99Ms: added("gapP99Ms"),
    addedDelayP50Ms: added("delayP50Ms"),
    addedDelayP99Ms: added("delayP99Ms"),
  };
}

/** One length of stream on some connections runs every arm's code for streams often enough. */
async function warmUpStreams(bench: BenchContext, started: readonly StartedArm[]): Promise<void> {
  const [concurrency = 1] = bench.plan.streamLevels;
  for (const arm of started) {
    bench.signal.throwIfAborted();
    bench.say(`warming up ${arm.name}`);
    await measureStreams(bench, arm, concurrency, 1).catch(() => undefined);
  }
}
