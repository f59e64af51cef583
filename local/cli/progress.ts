import { Listr, ListrLogger, type ListrTask, ProcessOutput } from "listr2";
import type { CommonOptions } from "./command.ts";

/** Shows what a step is doing right now. */
export type Say = (text: string) => void;

/** Work with a title. What `describe` makes of its result is shown behind the title. */
export interface Step<Result> {
  title: string;
  run: (say: Say) => Promise<Result>;
  describe?: (result: Result) => string;
}

/** Runs steps and shows them: in place on a terminal, line by line elsewhere, not at all with `--json`. */
export interface Progress {
  /** Runs one step and returns its result; its error is the step's own. */
  step<Result>(step: Step<Result>): Promise<Result>;
  /** Runs two steps side by side. Both are waited for, also when one fails. */
  together<A, B>(first: Step<A>, second: Step<B>): Promise<[A, B]>;
}

/** Off a terminal every line stays, so a long step speaks seldom. */
const LINE_INTERVAL_MS = 15_000;

/** @param output where it is shown; standard error where standard output is for other programs */
export function createProgress(
  { json, verbose }: CommonOptions,
  output: NodeJS.WriteStream = process.stdout,
): Progress {
  const inPlace = process.stdout.isTTY === true && output.isTTY === true && !verbose;
  const renderer = json ? "silent" : inPlace ? "default" : "simple";
  const intervalMs = inPlace || verbose ? 0 : LINE_INTERVAL_MS;
  const show = (tasks: ListrTask[]) =>
    new Listr(tasks, {
      renderer,
      fallbackRenderer: renderer,
      rendererOptions: {
        logger: new ListrLogger({
          useIcons: true,
          toStderr: [],
          processOutput: new ProcessOutput(output, process.stderr),
        }),
      },
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
    }).run();

  return {
    async step(step) {
      const outcome = watch(step, intervalMs);
      await show([outcome.task]);
      return outcome.result();
    },
    async together(first, second) {
      const [one, other] = [watch(first, intervalMs), watch(second, intervalMs)];
      await show([one.task, other.task]);
      return [one.result(), other.result()];
    },
  };
}

/** A task for the list that keeps what its work returned or threw. */
function watch<Result>(step: Step<Result>, intervalMs: number) {
  let outcome: { value: Result } | { error: unknown } | undefined;
  const task: ListrTask = {
    title: step.title,
    task: async (_, self) => {
      const started = performance.now();
      const say = throttled(intervalMs, (text) => {
        self.output = text;
      });
      try {
        const value = await step.run(say);
        outcome = { value };
        const described = step.describe?.(value);
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        self.title = `${step.title}${described ? `: ${described}` : ""} (${seconds} s)`;
      } catch (error) {
        outcome = { error };
        // The list shows that the step failed; the reason is printed once, by the command.
        throw new Error(step.title);
      }
    },
  };
  const result = (): Result => {
    if (outcome === undefined) throw new Error(`The step "${step.title}" was never run.`);
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  };
  return { task, result };
}

function throttled(intervalMs: number, show: Say): Say {
  let last = performance.now();
  return (text) => {
    const now = performance.now();
    if (now - last < intervalMs) return;
    last = now;
    show(text);
  };
}
