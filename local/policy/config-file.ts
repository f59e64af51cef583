import { readdir } from "node:fs/promises";
import path from "node:path";
import { PACK_FOLDER } from "../../policies/bundle.ts";
import { POLICIES } from "../../policies/policies.ts";
import type { EngineOptions } from "../engine/engine.ts";
import { readStackEnvironment } from "../engine/stack-file.ts";
import { readPolicyConfig } from "./config.ts";

const FOLDER = path.join(PACK_FOLDER, "config");
const SCHEMA = "schema.json";
/** Judges stacks of every environment that has no configuration of its own. */
const FALLBACK = "staging.json";

/**
 * What an engine takes to judge a stack as its environment configures it. The pack goes with its configuration: by its
 * defaults it would judge every stack as one in production.
 *
 * @param config another configuration than that of the environment
 */
export async function policiesFor(
  cloneDir: string,
  stack: string,
  config?: string,
): Promise<Required<Pick<EngineOptions, "policyPackDirs" | "policyPackConfigs">>> {
  const file = config ?? (await policyConfigFile(cloneDir, stack));
  return { policyPackDirs: [PACK_FOLDER], policyPackConfigs: [file] };
}

/** The configurations of the pack that this repository has, one for each environment, in the order of their names. */
export async function listConfigFiles(): Promise<string[]> {
  const names = await readdir(FOLDER);
  return names
    .filter((name) => name.endsWith(".json") && name !== SCHEMA)
    .sort()
    .map((name) => path.join(FOLDER, name));
}

/**
 * The configuration of the pack for a stack. What the stack file says about its environment decides, never the name of
 * the stack.
 *
 * @throws Error when there is no such stack, or when the configuration is faulty: the engine would pass over its faults
 */
export async function policyConfigFile(cloneDir: string, stack: string): Promise<string> {
  const environment = await readStackEnvironment(cloneDir, stack);
  const files = await listConfigFiles();
  // Compared with the names that there are, so that what a stack file says never becomes a path.
  const own = files.find((file) => path.basename(file) === `${environment}.json`);
  const file = own ?? path.join(FOLDER, FALLBACK);
  await readPolicyConfig(file, POLICIES);
  return file;
}
