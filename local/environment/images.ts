import path from "node:path";
import { type ComposedImage, composeImage } from "../images/compose.ts";
import type { ImageRecipe } from "../images/recipe.ts";
import { agentRuntimeImage, pauseImage, programImage, storeImage } from "../images/recipes.ts";
import { type Bundles, buildBundles } from "./bundles.ts";
import type { Instance } from "./instance.ts";
import type { ObtainOptions, RealTools, UpTools } from "./tools.ts";

/** What was built from the clone for one environment. */
export interface Artifacts extends Bundles {
  /** For workers of real nodes. */
  readonly images?: RegionImages;
}

/**
 * Bundles the runtime and the policies and, where nodes are real, composes the images that their workers run. The same
 * sources give the same bytes.
 */
export async function buildArtifacts(
  instance: Instance,
  tools: UpTools,
  options: ObtainOptions,
): Promise<Artifacts> {
  const bundles = await buildBundles(instance);
  if (tools.nodes !== "real") return bundles;
  const images = await composeRegionImages(instance, tools, bundles.runtime, options);
  return { ...bundles, image: images.agentRuntime.reference, images };
}

/** The images of a region of real nodes. */
export interface RegionImages {
  readonly agentRuntime: ComposedImage;
  readonly store: ComposedImage;
  readonly coredns: ComposedImage;
  readonly metricsServer: ComposedImage;
  readonly traefik?: ComposedImage;
}

/** The image that holds a pod's namespaces; the workers' configuration names it, so it comes before they are made. */
export async function composePauseImage(instance: Instance, signal: AbortSignal): Promise<ComposedImage> {
  return await compose(instance, pauseImage(), signal);
}

/** One image after another: each keeps a core and the disk busy by itself. */
async function composeRegionImages(
  instance: Instance,
  tools: RealTools,
  runtime: string,
  { onProgress, signal }: ObtainOptions,
): Promise<RegionImages> {
  const make = (recipe: Promise<ImageRecipe>, name: string) => {
    onProgress(`composing the image of ${name}`);
    return compose(instance, recipe, signal);
  };
  const agentRuntime = await make(agentRuntimeImage(runtime), "the runtime");
  const store = await make(storeImage(), "the store");
  const coredns = await make(programImage("coredns", tools.coredns.path), "CoreDNS");
  const metricsServer = await make(
    programImage("metrics-server", tools["metrics-server"].path),
    "metrics-server",
  );
  if (tools.traefik === undefined) return { agentRuntime, store, coredns, metricsServer };
  const traefik = await make(programImage("traefik", tools.traefik.path), "Traefik");
  return { agentRuntime, store, coredns, metricsServer, traefik };
}

async function compose(
  { stateDir }: Instance,
  recipe: Promise<ImageRecipe>,
  signal: AbortSignal,
): Promise<ComposedImage> {
  return await composeImage(await recipe, path.join(stateDir, "images"), { signal });
}
