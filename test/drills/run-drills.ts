import { basename } from "node:path";
import type { SerializedError } from "vitest";
import {
  BaseSequencer,
  type Reporter,
  startVitest,
  type TestCase,
  type TestModule,
  type TestSpecification,
} from "vitest/node";
import { type RanFile, type RanTest, resultOf } from "./collect-results.ts";
import type { PlannedDrill } from "./planned-drills.ts";
import { type DrillResult, renderText } from "./results.ts";

export interface DrillsRan {
  readonly results: readonly DrillResult[];
  /** Whether any drill was begun; none is where the environment does not come up. */
  readonly hasBegun: boolean;
  /** Messages of errors that belong to no drill: the environment's start or end, a promise that nobody awaited. */
  readonly strayErrors: readonly string[];
}

/** Runs drills one after another in the order of their numbers, and says how each went as it ends. */
export async function runDrills(planned: readonly PlannedDrill[]): Promise<DrillsRan> {
  const reporter = new DrillReporter(planned);
  const files = planned.map(({ file }) => `test/drills/${file}`);
  await startVitest(files, {
    project: ["drills"],
    watch: false,
    sequence: { sequencer: ByNumber },
    reporters: ["default", reporter],
  });
  const results = planned.map((drill) => resultOf(drill, reporter.ran.get(drill.file)));
  return { results, hasBegun: reporter.ran.size > 0, strayErrors: reporter.strayErrors };
}

/** By itself the test runner begins with what failed or took long the last time. */
class ByNumber extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    return specifications.toSorted((one, other) => (one.moduleId < other.moduleId ? -1 : 1));
  }
}

class DrillReporter implements Reporter {
  readonly ran = new Map<string, RanFile>();
  readonly strayErrors: string[] = [];
  readonly #planned: readonly PlannedDrill[];

  constructor(planned: readonly PlannedDrill[]) {
    this.#planned = planned;
  }

  onTestModuleStart({ moduleId }: TestModule): void {
    const index = this.#planned.findIndex(({ file }) => file === basename(moduleId));
    const { number, topic } = this.#planned[index] ?? {};
    console.log(`\n== drill ${number} (${index + 1} of ${this.#planned.length}): ${topic}`);
  }

  onTestModuleEnd(module: TestModule): void {
    const file = basename(module.moduleId);
    const tests = [...module.children.allTests()].map(describeTest);
    this.ran.set(file, { errors: module.errors().map(({ message }) => message), tests });
    const planned = this.#planned.find((drill) => drill.file === file);
    if (planned !== undefined) console.log(renderText([resultOf(planned, this.ran.get(file))]));
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.strayErrors.push(...errors.map(({ message }) => message));
  }
}

function describeTest(test: TestCase): RanTest {
  const { state, errors } = test.result();
  return {
    state,
    seconds: (test.diagnostic()?.duration ?? 0) / 1000,
    errors: (errors ?? []).map(({ message }) => message),
    report: test.meta().drill,
  };
}
