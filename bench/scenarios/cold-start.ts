import { MODELS } from "../mock/answers.ts";
import { startStaticMock } from "../mock/static-mock.ts";
import { awaitAnswer } from "./first-answer.ts";
import { measureRounds } from "./measure-rounds.ts";
import type { Scenario } from "./scenario.ts";
import { rowsOf } from "./started-arms.ts";

/** How long a new process takes until it says that it is ready. */
export const coldStart: Scenario = {
  name: "cold-start",
  async run(bench, arms) {
    const { plan, signal } = bench;
    const mock = await startStaticMock(bench);
    const outcomes = await measureRounds({
      subjects: arms.filter(({ name }) => name !== "direct"),
      rounds: plan.rounds,
      signal,
      measure: async (arm, round) => {
        bench.say(`round ${round + 1}: ${arm.name}`);
        const running = await arm.start(bench, { upstreamUrl: mock.url });
        const readyAt = performance.now();
        try {
          await awaitAnswer(running, MODELS.ordinary, signal);
          const firstAnswerMs = running.readyMs + performance.now() - readyAt;
          return { readyMs: running.readyMs, firstAnswerMs };
        } finally {
          await running.stop();
        }
      },
    });
    await mock.stop();
    return {
      name: "cold-start",
      title: "From the start to ready",
      method:
        "A new process each time, alone on the machine but for the idle mock, asked every few milliseconds whether it is ready. " +
        "Its files are in the page cache; its Redis, where it has one, runs already.",
      metrics: [
        { key: "readyMs", label: "ready after", unit: "ms", digits: 0 },
        { key: "firstAnswerMs", label: "first good answer after", unit: "ms", digits: 0 },
      ],
      rows: rowsOf(outcomes),
    };
  },
};
