import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { Progress } from "../cli/progress.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import type { OperationResult } from "../engine/operation-result.ts";
import type { StandIn } from "../engine/pulumi-home.ts";
import type { StackRegion } from "../engine/stack-file.ts";
import { buildBundles } from "../environment/bundles.ts";
import type { Instance } from "../environment/instance.ts";
import type { SimulatedTools } from "../environment/tools.ts";
import { type PlannedResource, readPlannedResources } from "../graph/planned-resources.ts";
import { policiesFor } from "../policy/config-file.ts";
import { acquireLock } from "../process/lock.ts";
import type { RegionsPlace } from "../region/contract.ts";
import { type CrdFile, installCrds } from "../region/crds.ts";
import { addAliases } from "../region/kubeconfig.ts";
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
 * Previews a stack whose clusters are out of reach against an empty simulated one, which the contexts of all its regions
 * lead to: a preview makes nothing, so regions cannot meet there. It and everything else that was made for the preview
 * are removed at the end, whatever happens.
 */
export async function previewOnEmbedded(options: EmbeddedPreviewOptions): Promise<EmbeddedPreview> {
  const { stack, progress, command = `npm run preview -- ${stack}` } = options;
  const folder = folderOf(options);
  const place = { workDir: path.join(folder, "regions"), kubeconfig: path.join(folder, "kubeconfig.yaml") };
  const release = await acquireLock(`${folder}.lock`, command);
  try {
    const [, engine] = await progress.together(
      { title: "Start an empty simulated cluster", run: (say) => startCluster(options, place, say) },
      {
        title: "Bundle the runtime and the policies, prepare the engine",
        run: () => prepareEngine(options, folder, place.kubeconfig),
      },
    );
    return await progress.step({
      title: `Preview the stack ${stack} with its policies`,
      run: () => preview(options, folder, engine),
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

/** Region and context of the one cluster. */
const CLUSTER = "preview";

async function startCluster(
  { regions, tools, crds, signal }: EmbeddedPreviewOptions,
  place: RegionsPlace,
  say: (text: string) => void,
): Promise<void> {
  await startSimulatedRegions({
    ...place,
    names: [CLUSTER],
    tools,
    onProgress: (_, step) => say(step),
    signal,
  });
  say("installing the CRDs of all operators");
  const { kubeconfig } = place;
  await installCrds(crds, new Kubectl({ kubectl: tools.kubectl.path, kubeconfig, context: CLUSTER }), signal);
  await addAliases(
    kubeconfig,
    regions.map(({ context }) => context),
  );
}

async function prepareEngine(
  options: EmbeddedPreviewOptions,
  stateDir: string,
  kubeconfig: string,
): Promise<Engine> {
  const { instance, stack, tools, signal, projectDir = instance.cloneDir } = options;
  const { image } = await buildBundles({ ...instance, stateDir });
  const isOwn = path.resolve(projectDir) === instance.cloneDir;
  return await createEngine({
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
}

async function preview(
  { stack, regions, signal }: EmbeddedPreviewOptions,
  stateDir: string,
  engine: Engine,
): Promise<EmbeddedPreview> {
  const planFile = path.join(stateDir, "plan.json");
  const result = await engine.preview({ signal, planFile });
  signal.throwIfAborted();
  // A preview that fails leaves no plan.
  const resources =
    result.outcome === "succeeded" ? readPlannedResources(JSON.parse(await readFile(planFile, "utf8"))) : [];
  return { stack, regions, standIns: engine.standIns, resources, result };
}
