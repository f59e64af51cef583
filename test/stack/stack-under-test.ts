import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createEngine, type Engine, type EngineOptions } from "../../local/engine/engine.ts";
import { describeFailure, type OperationResult } from "../../local/engine/operation-result.ts";
import type { ConfigOverrides } from "../../local/engine/project.ts";
import { policiesFor } from "../../local/policy/config-file.ts";
import { installCrds } from "../../local/region/crds.ts";
import type { Kubectl } from "../../local/region/kubectl.ts";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { ALL_CRDS } from "../../local/toolchain/crd-releases.ts";
import { obtainCrds } from "../../local/toolchain/crds.ts";
import { resolveTool } from "../../local/toolchain/resolve.ts";
import { bundlePolicies } from "../../policies/bundle.ts";
import { startTemporaryRegions, type TemporaryRegions } from "../local/region/temporary-regions.ts";
import { unpublishedCrds } from "./unpublished-crds.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const COMPILE_CACHE = path.join(ROOT, "node_modules/.cache/engine-tests");

/** API servers with simulated nodes and the CRDs of all operators, and engines for the stacks of this repository. */
export interface StackUnderTest {
  /** Folder with the engine's state. */
  readonly stateDir: string;
  readonly regions: TemporaryRegions;
  kubectl(context: string): Kubectl;
  /** An engine for a stack file; the state of each stack outlives its engines. */
  open(stack: string, config?: ConfigOverrides, options?: Partial<EngineOptions>): Promise<Engine>;
  stop(): Promise<void>;
}

/** Starts one region per context; takes about 20 s. */
export async function startStackUnderTest(...contexts: string[]): Promise<StackUnderTest> {
  const options = { cacheDir: defaultCacheDir() };
  const { path: pulumiPath } = await resolveTool("pulumi", options);
  const crds = Object.values(await obtainCrds(ALL_CRDS, options));
  const [regions] = await Promise.all([startTemporaryRegions(...contexts), bundlePolicies()]);
  await Promise.all(
    contexts.map(async (context) => {
      await regions.kubectl(context).apply(unpublishedCrds());
      await installCrds(crds, regions.kubectl(context));
    }),
  );
  const stateDir = await mkdtemp(path.join(os.tmpdir(), "stack-"));
  const opened: Engine[] = [];
  return {
    stateDir,
    regions,
    kubectl: regions.kubectl,
    async open(stack, config = {}, more = {}) {
      const engine = await createEngine({
        ...{ pulumiPath, stateDir, cloneDir: ROOT, stack, plugins: "stand-ins" },
        configOverrides: config,
        ...(await policiesFor(more.cloneDir ?? ROOT, stack)),
        ...more,
        env: { KUBECONFIG: regions.place.kubeconfig, NODE_COMPILE_CACHE: COMPILE_CACHE, ...more.env },
      });
      opened.push(engine);
      return engine;
    },
    async stop() {
      try {
        for (const engine of opened) await engine.cancel();
      } finally {
        await regions.stop();
        await rm(stateDir, { recursive: true, force: true });
      }
    },
  };
}

/** The result of an operation that must succeed. */
export async function succeed(operation: Promise<OperationResult>): Promise<OperationResult> {
  const result = await operation;
  if (result.outcome !== "succeeded") throw new Error(describeFailure(result));
  return result;
}
