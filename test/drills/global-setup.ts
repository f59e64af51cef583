import type { TestProject } from "vitest/node";
import { createTestEnvironment } from "../e2e/environment.ts";

/** What the drills share: one environment of real pods, brought up before the first and taken down after the last. */
export interface SharedEnvironment {
  readonly env: Readonly<Record<string, string>>;
  readonly gateway: { readonly url: string };
}

declare module "vitest" {
  export interface ProvidedContext {
    drills: SharedEnvironment;
  }
}

/** Workers of each region: quorums and spread need three zones. */
const WORKERS = 3;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const environment = await createTestEnvironment();
  const options = ["--json", "--nodes", "real", "--no-gateway", "--workers", String(WORKERS)];
  const up = await environment.command("up", ...options);
  if (up.exitCode !== 0) {
    await environment.command("down");
    environment.remove();
    throw new Error(`npm run up failed:\n${up.stdout}\n${up.stderr}`);
  }
  project.provide("drills", { env: environment.env, gateway: up.json.gateway });
  return async () => {
    await environment.command("down");
    environment.remove();
  };
}
