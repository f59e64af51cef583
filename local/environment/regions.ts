import path from "node:path";
import type { RegionCluster, RegionStatus, RegionsPlace } from "../region/contract.ts";
import { useExistingCluster } from "../region/existing.ts";
import { startSimulatedRegions, statusOfRegions, stopSimulatedRegions } from "../region/simulated.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentRecord } from "./record.ts";
import type { ObtainOptions, UpTools } from "./tools.ts";

/**
 * Starts the embedded regions, or looks at the existing clusters that take their place.
 *
 * @throws Error when a region cannot be started, or an existing cluster would need an image that it cannot pull
 */
export async function startRegions(
  instance: Instance,
  environment: EnvironmentRecord,
  tools: UpTools,
  { image, onProgress, signal }: ObtainOptions & { readonly image: string | undefined },
): Promise<RegionCluster[]> {
  if (environment.nodes === "simulated") {
    return await startSimulatedRegions({
      ...regionsPlace(instance),
      names: environment.regions.map(({ name }) => name),
      tools,
      onProgress: (region, step) => onProgress(`${region}: ${step}`),
      signal,
    });
  }
  const kubectl = environment.tools.kubectl;
  const clusters = await Promise.all(
    environment.regions.map(({ name, context, kubeconfig }) =>
      useExistingCluster({ name, context, kubeconfig, kubectl, signal }),
    ),
  );
  const real = clusters.find(({ hasSimulatedNodes }) => !hasSimulatedNodes);
  if (real === undefined || image !== undefined) return clusters;
  throw new Error(
    `The nodes of context ${real.context} run real containers and need an image that they can pull. ` +
      "Push one and pass it: npm run up -- --context … --image <repository>@sha256:<digest>",
  );
}

/** Ends the embedded regions and removes their files. Existing clusters are left alone. */
export async function stopRegions(instance: Instance): Promise<void> {
  await stopSimulatedRegions(regionsPlace(instance));
}

/** The embedded regions and their processes. */
export async function regionStatus(instance: Instance): Promise<RegionStatus[]> {
  return await statusOfRegions(regionsPlace(instance));
}

function regionsPlace({ stateDir, kubeconfig }: Instance): RegionsPlace {
  return { workDir: path.join(stateDir, "regions"), kubeconfig };
}
