import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { Progress } from "../cli/progress.ts";
import { createEngine } from "../engine/engine.ts";
import type { OperationResult } from "../engine/operation-result.ts";
import type { StandIn } from "../engine/pulumi-home.ts";
import type { StackRegion } from "../engine/stack-file.ts";
import { buildBundles } from "../environment/bundles.ts";
import type { Instance } from "../environment/instance.ts";
import type { SimulatedTools } from "../environment/tools.ts";
import { type PlannedResource, readPlannedResources } from "../graph/planned-resources.ts";
import { policiesFor } from "../policy/config-file.ts";
import { acquireLock } from "../process/lock.ts";
import { type CrdFile, installCrds } from "../region/crds.ts";
import { Kubectl } from "../region/kubectl.ts";
import { startSimulatedRegions, stopSimulatedRegions } from "../region/simulated.ts";
import { defaultCacheDir } from "../toolchain/cache.ts";

export interface EmbeddedPreview {
  readonly stack: string;
  readonly regions: readonly StackRegion[];
  readonly standIns: readonly StandIn[];
  /** Everything that the program makes; empty when it was refused. */
  readonly resources: readonly PlannedResource[];
  readonly result: OperationResult;
}

export interface EmbeddedPreviewOptions {
  readonly instance: Instance;
  readonly stack: string;
  /** Folder of the Pulumi project that the stack is of. Default: the clone. */
  readonly projectDir?: string;
  /** Configuration of the policy pack. Default: the one of the stack's environment. */
  readonly policyConfig?: string;
  /** The command that asks, for those who wait for it. Default `npm run preview -- <stack>`. */
  readonly command?: string;
  readonly regions: readonly StackRegion[];
  readonly tools: SimulatedTools;
  /** Definitions of all kinds of objects that a stack can hold. */
  readonly crds: readonly CrdFile[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Previews a stack whose clusters are out of reach against empty simulated ones with the same context names. They and
 * everything else that was made for it are removed at the end, whatever happens.
 */
export async function previewOnEmbedded(options: EmbeddedPreviewOptions): Promise<EmbeddedPreview> {
  const { instance, stack, progress, command = `npm run preview -- ${stack}` } = options;
  const folder = folderOf(options);
  const place = { workDir: path.join(folder, "regions"), kubeconfig: path.join(folder, "kubeconfig.yaml") };
  const release = await acquireLock(`${folder}.lock`, command);
  try {
    const [, image] = await progress.together(
      { title: "Start simulated clusters", run: (say) => startClusters(options, place, say) },
      {
        title: "Bundle the runtime and the policies",
        run: async () => (await buildBundles({ ...instance, stateDir: folder })).image,
      },
    );
    return await progress.step({
      title: `Preview the stack ${stack} with its policies`,
      run: () => preview(options, folder, place.kubeconfig, image),
    });
  } finally {
    await stopSimulatedRegions(place);
    await rm(folder, { recursive: true, force: true });
    await release();
  }
}

/** Stacks of one name in several projects may be previewed side by side. */
function folderOf({ instance, stack, projectDir = instance.cloneDir }: EmbeddedPreviewOptions): string {
  const folder = `${instance.stateDir}-preview-${stack}`;
  if (path.resolve(projectDir) === instance.cloneDir) return folder;
  return `${folder}-${createHash("sha256").update(path.resolve(projectDir)).digest("hex").slice(0, 12)}`;
}

async function startClusters(
  { regions, tools, crds, signal }: EmbeddedPreviewOptions,
  place: { workDir: string; kubeconfig: string },
  say: (text: string) => void,
): Promise<void> {
  const clusters = await startSimulatedRegions({
    ...place,
    names: regions.map(({ name }) => name),
    contexts: Object.fromEntries(regions.map(({ name, context }) => [name, context])),
    tools,
    onProgress: (region, step) => say(`${region}: ${step}`),
    signal,
  });
  say("installing the CRDs of all operators");
  await Promise.all(
    clusters.map(({ context, kubeconfig }) =>
      installCrds(crds, new Kubectl({ kubectl: tools.kubectl.path, kubeconfig, context }), signal),
    ),
  );
}

async function preview(
  options: EmbeddedPreviewOptions,
  stateDir: string,
  kubeconfig: string,
  image: string,
): Promise<EmbeddedPreview> {
  const { instance, stack, regions, tools, signal, projectDir = instance.cloneDir } = options;
  const isOwn = path.resolve(projectDir) === instance.cloneDir;
  const engine = await createEngine({
    pulumiPath: tools.pulumi.path,
    stateDir,
    cloneDir: projectDir,
    stack,
    signal,
    // The local stack's image is the clone's own; every other stack names its image.
    configOverrides: isOwn && stack === "local" ? { image } : {},
    ...(await policiesFor(projectDir, stack, options.policyConfig)),
    // Compiled code outlives the preview: loading the SDKs anew costs it a second.
    env: { KUBECONFIG: kubeconfig, NODE_COMPILE_CACHE: path.join(defaultCacheDir(), "compile-cache") },
  });
  const planFile = path.join(stateDir, "plan.json");
  const result = await engine.preview({ signal, planFile });
  signal.throwIfAborted();
  // A preview that fails leaves no plan.
  const resources =
    result.outcome === "succeeded" ? readPlannedResources(JSON.parse(await readFile(planFile, "utf8"))) : [];
  return { stack, regions, standIns: engine.standIns, resources, result };
}
