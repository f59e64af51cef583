import { defineConfig } from "vitest/config";

/** They compare the host before and after, and have load of their own. */
const REAL_NODES = ["test/e2e/real.test.ts", "test/e2e/gateway.test.ts"];

/** One project per kind of test; a file's name says which it belongs to, its folder mirrors the code it tests. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          testTimeout: 30_000,
          // Loading the same modules anew for each file took half of the time.
          isolate: false,
          exclude: ["test/policies/**", "test/**/*.integration.test.ts", "test/e2e/**"],
        },
      },
      {
        test: {
          name: "policies",
          include: ["test/policies/**/*.test.ts"],
          // Some judge objects of megabytes.
          testTimeout: 30_000,
          exclude: ["test/policies/**/*.integration.test.ts"],
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/**/*.integration.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "drills",
          include: ["test/drills/**/*.drill.ts"],
          globalSetup: ["test/drills/global-setup.ts"],
          testTimeout: 900_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "controllers",
          include: ["test/controllers/**/*.controllers.ts"],
          testTimeout: 300_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: REAL_NODES,
          testTimeout: 300_000,
          hookTimeout: 900_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "e2e-real-nodes",
          include: REAL_NODES,
          testTimeout: 300_000,
          hookTimeout: 900_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
