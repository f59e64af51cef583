import path from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { NearestFirst } from "./nearest-first.ts";

/** Folders of tests, separated by commas, that alone have to notice a mutant; all by default. */
const folders = process.env["MUTATION_TESTS"]?.split(",") ?? ["test/policies"];

/**
 * The tests that a mutant has to survive: all of the policies, but those that only measure time, start processes or
 * compare generated files.
 */
export default defineConfig({
  test: {
    include: folders.map((folder) => `${folder}/**/*.test.ts`),
    // Written at the very end, when the copy of the tree may be gone.
    cache: false,
    setupFiles: [path.join(import.meta.dirname, "skip-timed.ts")],
    sequence: { sequencer: NearestFirst },
    exclude: [
      ...configDefaults.exclude,
      "test/policies/pack/linear-time.test.ts",
      "**/*.integration.test.ts",
      "test/policies/policy-pack.test.ts",
      "test/policies/policies.test.ts",
      "test/policies/documentation/documentation.test.ts",
    ],
  },
});
