import { mkdtemp, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { ours, oursProfiled, programOf } from "../arms/ours.ts";
import type { BenchContext } from "../bench-context.ts";
import { writeBody } from "../load/bodies.ts";
import { MODELS } from "../mock/answers.ts";
import { startStaticMock } from "../mock/static-mock.ts";
import { busyTimeByPart, type CpuProfile } from "../report/cpu-profile.ts";
import type { Row } from "../report/model.ts";
import { spreadOf } from "../statistics.ts";
import { loadArmCleanly } from "./load-arm.ts";
import { measureRounds } from "./measure-rounds.ts";
import type { Scenario } from "./scenario.ts";
import { rowsOf, type StartedArm, withStartedArms } from "./started-arms.ts";

const PROMPT_TOKENS = 50;
const CONCURRENCY = 32;
const SHOWN_PARTS = 20;

/** Where our gateway's time goes, for whoever wants to reach an aim that is missed. */
export const profile: Scenario = {
  name: "profile",
  isOnlyOurs: true,
  async run(bench, arms) {
    const isWanted = arms.some(({ name }) => name === ours.name);
    return {
      name: "profile",
      title: "Where the time goes",
      method:
        `Our gateway with its store in its own process, everything on, under a sampling profiler from its start to its end, ` +
        `loaded for ${bench.plan.latencySeconds * 2} s at concurrency ${CONCURRENCY}. Own files by name, packages and Node's ` +
        `modules as a whole, the ${SHOWN_PARTS} largest.`,
      metrics: [
        { key: "sharePercent", label: "share of busy time", unit: "%", digits: 1 },
        { key: "eachUs", label: "a request", unit: "µs", digits: 1 },
      ],
      rows: isWanted ? await profileOurs(bench) : [],
    };
  },
};

async function profileOurs(bench: BenchContext): Promise<Row[]> {
  const folder = await mkdtemp(path.join(bench.folder, "profile-"));
  const mock = await startStaticMock(bench);
  const bodyFile = await writeBody(bench, { model: MODELS.ordinary, promptTokens: PROMPT_TOKENS });
  const load = { bodyFile, concurrency: CONCURRENCY, seconds: bench.plan.latencySeconds * 2 };
  const options = { upstreamUrl: mock.url };
  const [row] = await withStartedArms(bench, [oursProfiled(folder)], options, async (subjects) => {
    const measure = async (arm: StartedArm) => {
      bench.say("loading");
      return { answered: (await loadArmCleanly(bench, arm, load)).answered };
    };
    return rowsOf(await measureRounds({ subjects, rounds: 1, signal: bench.signal, measure }));
  });
  await mock.stop();
  if (row?.outcome.kind !== "measured") return row === undefined ? [] : [row];
  return readRows(bench, folder, row.outcome.figures["answered"]?.median ?? Number.NaN);
}

async function readRows(bench: BenchContext, folder: string, requests: number): Promise<Row[]> {
  const [file] = (await readdir(folder)).filter((name) => name.endsWith(".cpuprofile"));
  if (file === undefined) {
    return rowsOf(new Map([[ours.name, { kind: "failed", reason: "it ended without leaving its profile" }]]));
  }
  const recorded = JSON.parse(await readFile(path.join(folder, file), "utf8")) as CpuProfile;
  const parts = busyTimeByPart(recorded, await readFile(programOf(bench), "utf8"));
  const busyUs = [...parts.values()].reduce((sum, each) => sum + each, 0);
  return [...parts].slice(0, SHOWN_PARTS).map(([arm, us]) => {
    const figures = { sharePercent: spreadOf([(us / busyUs) * 100]), eachUs: spreadOf([us / requests]) };
    return { arm, outcome: { kind: "measured", figures } };
  });
}
