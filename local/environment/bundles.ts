import path from "node:path";
import { bundleRuntime } from "../../agent-runtime/bundle.ts";
import { bundlePolicies } from "../../policies/bundle.ts";
import type { Instance } from "./instance.ts";

/** What was built from the clone. */
export interface Bundles {
  /** Path of the runtime as one file. */
  readonly runtime: string;
  /** Image reference for manifests. Simulated nodes pull nothing: its digest is that of the runtime's bundle. */
  readonly image: string;
}

/** A name that no registry answers to, so that nobody pulls it by mistake. */
const LOCAL_REPOSITORY = "claude-agents.local/agent-runtime";

/** Bundles the runtime into the environment's folder and the policies into their pack. The same sources give the same bytes. */
export async function buildBundles({ stateDir }: Instance): Promise<Bundles> {
  const [runtime] = await Promise.all([
    bundleRuntime(path.join(stateDir, "runtime", "main.mjs")),
    bundlePolicies(),
  ]);
  return { runtime: runtime.path, image: `${LOCAL_REPOSITORY}@sha256:${runtime.sha256}` };
}
