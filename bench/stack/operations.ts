import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { createEngine, type Engine, type EngineOptions } from "../../local/engine/engine.ts";
import { describeFailure, type OperationResult } from "../../local/engine/operation-result.ts";
import { policiesFor } from "../../local/policy/config-file.ts";
import { type Spread, spreadOf } from "../statistics.ts";
import { type Config, ROOT } from "./configurations.ts";

/** How long an operation of the engine took, in milliseconds from start to end of the CLI. */
export interface Operation {
  readonly name: string;
  /** Resources that it was about, the stack itself included. */
  readonly resources: number;
  readonly wallMs: Spread;
}

export interface OperationsOptions {
  readonly rounds: number;
  readonly folder: string;
  readonly kubeconfig: string;
  readonly pulumiPath: string;
  readonly signal: AbortSignal;
}

/** An engine for a stack of this repository, with or without its policies. */
export async function stackEngine(
  { folder, kubeconfig, pulumiPath, signal }: OperationsOptions,
  stack: string,
  { config, policies }: { readonly config: Config; readonly policies: boolean },
): Promise<Engine> {
  return openEngine({
    pulumiPath,
    stateDir: path.join(folder, `state-${stack}`),
    cloneDir: ROOT,
    stack,
    configOverrides: config,
    ...(policies ? await policiesFor(ROOT, stack) : {}),
    env: { KUBECONFIG: kubeconfig },
    signal,
  });
}

/** An engine for a program that does nothing: what is left is the floor that no stack can be below. */
export async function floorEngine({ folder, pulumiPath, signal }: OperationsOptions): Promise<Engine> {
  const cloneDir = path.join(folder, "floor");
  await mkdir(cloneDir, { recursive: true });
  await symlink(path.join(ROOT, "node_modules"), path.join(cloneDir, "node_modules"));
  const files = {
    "Pulumi.yaml":
      "name: floor\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.mjs\n",
    "Pulumi.bench.yaml": "config: {}\n",
    "package.json": '{ "name": "floor", "type": "module", "main": "index.mjs" }\n',
    "index.mjs": 'import "@pulumi/pulumi";\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(cloneDir, name), text);
  return openEngine({
    pulumiPath,
    stateDir: path.join(folder, "state-floor"),
    cloneDir,
    stack: "bench",
    signal,
  });
}

const openEngine = (options: EngineOptions) => createEngine(options);

/**
 * Runs an operation once to warm everything up, where that changes nothing, and then `rounds` times.
 *
 * @throws Error when it fails
 */
export async function measureOperation(
  name: string,
  run: () => Promise<OperationResult>,
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: boolean },
): Promise<Operation> {
  if (warmUp) await succeed(run);
  const results: OperationResult[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await succeed(run));
  const { created = 0, updated = 0, unchanged = 0 } = results[0]?.changes ?? {};
  const wallMs = spreadOf(results.map(({ durationMs }) => durationMs));
  return { name, resources: created + updated + unchanged, wallMs };
}

async function succeed(run: () => Promise<OperationResult>): Promise<OperationResult> {
  const result = await run();
  if (result.outcome === "succeeded") return result;
  throw new Error(describeFailure(result));
}
