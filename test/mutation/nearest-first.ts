import path from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The spec of the mutated file first, then its neighbours, the examples of all policies last: the first test that fails
 * ends the run of a mutant, and it mostly fails in the spec.
 */
export class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [mutated] = this.ctx.config.related ?? [];
    if (mutated === undefined) return files;
    return files.toSorted(
      (one, other) => distanceOf(one.moduleId, mutated) - distanceOf(other.moduleId, mutated),
    );
  }
}

/** @param test, mutated absolute paths in the same copy of the tree */
export function distanceOf(test: string, mutated: string): number {
  const spec = mutated.replace("/policies/", "/test/policies/").replace(/\.ts$/, ".test.ts");
  if (test === spec) return 0;
  if (path.dirname(test) === path.dirname(spec)) return 1;
  return path.basename(test) === "examples.test.ts" ? 3 : 2;
}
