import { inject, test } from "vitest";
import { DrillEnvironment } from "./drill-environment.ts";
import { type Figure, Figures } from "./figures.ts";

export type { Figures } from "./figures.ts";

export interface DrillContext {
  /** The running environment that all drills share. A drill leaves it as it found it. */
  readonly environment: DrillEnvironment;
  readonly figures: Figures;
}

/** What a drill hands to `run.ts`, whether it passes or fails. */
export interface DrillReport {
  readonly number: number;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

declare module "vitest" {
  interface TaskMeta {
    drill?: DrillReport;
  }
}

/** Declares the drill of a file `NN-slug.drill.ts`. `number` is NN. */
export function drill(number: number, title: string, run: (context: DrillContext) => Promise<void>): void {
  test(`drill ${number}: ${title}`, async ({ task }) => {
    const figures = new Figures();
    task.meta.drill = { number, title, figures: figures.all, notes: figures.notes };
    const environment = await DrillEnvironment.open(inject("drills"));
    await run({ environment, figures });
  });
}
