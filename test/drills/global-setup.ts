import type { TestProject } from "vitest/node";
import { createTestEnvironment } from "../e2e/environment.ts";
import { DrillEnvironment } from "./drill-environment.ts";
import "./shared-environment.ts";

/** Workers of each region: quorums and spread need three zones. */
const WORKERS = 3;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const environment = await createTestEnvironment();
  const takeDown = async () => {
    await environment.command("down");
    environment.remove();
  };
  process.once("SIGINT", () => {
    console.error("\nTaking the environment of the drills down; press Ctrl-C again to leave it.");
    void takeDown().finally(() => process.exit(130));
  });
  const options = ["--json", "--nodes", "real", "--no-gateway", "--workers", String(WORKERS)];
  const up = await environment.command("up", ...options);
  if (up.exitCode !== 0) {
    await takeDown();
    throw new Error(`npm run up failed:\n${up.stdout}\n${up.stderr}`);
  }
  const shared = { env: environment.env, gateway: up.json.gateway };
  // Loads would add pods, which are removed only minutes later.
  await (await DrillEnvironment.open(shared)).deploy();
  project.provide("drills", shared);
  return takeDown;
}
