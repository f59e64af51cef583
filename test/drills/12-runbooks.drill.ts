import { expect, inject } from "vitest";
import { openShell, runBlocks } from "../runbooks/run-blocks.ts";
import { readRunbooks } from "../runbooks/runbook.ts";
import { drill } from "./drill.ts";

drill(12, "Every command of every runbook", async ({ environment, figures }) => {
  const shell = await openShell(environment, inject("drills").env);
  const runbooks = await readRunbooks();
  const { ran, failed } = await runBlocks(runbooks, shell, { onlyLooking: false });
  figures.record("runbooks", runbooks.length);
  figures.record("blocks of commands that ran", ran);
  figures.record("blocks that failed", failed.length);
  await environment.deploy();
  await environment.recovered();
  expect(failed).toEqual([]);
});
