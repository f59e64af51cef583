import path from "node:path";
import type { RegionCluster, RegionStatus, RegionsPlace } from "../region/contract.ts";
import { installCrds, requireCrds } from "../region/crds.ts";
import { useExistingCluster } from "../region/existing.ts";
import { Kubectl } from "../region/kubectl.ts";
import { equipRegions } from "../region/real/equip.ts";
import { startRealRegions, statusOfRealRegions, stopRealRegions } from "../region/real/real.ts";
import { startSimulatedRegions, statusOfRegions, stopSimulatedRegions } from "../region/simulated.ts";
import { LOCAL_CRDS, LOCAL_KINDS } from "../toolchain/crd-releases.ts";
import { composePauseImage, type RegionImages } from "./images.ts";
import type { Instance } from "./instance.ts";
import { type EnvironmentPlan, processEndpoint } from "./plan.ts";
import type { EnvironmentRecord, EnvironmentRegion } from "./record.ts";
import { REGION_PORT } from "./region-door.ts";
import type { ObtainOptions, RealTools, UpTools } from "./tools.ts";

/**
 * Starts the embedded regions, with the CRDs of what the stack will hold, or looks at the existing clusters that take
 * their place.
 *
 * @throws Error when a region cannot be started, or an existing cluster lacks CRDs or would need an image that it cannot pull
 */
export async function startRegions(
  instance: Instance,
  plan: EnvironmentPlan,
  tools: UpTools,
  options: ObtainOptions & { readonly image: string | undefined },
): Promise<RegionCluster[]> {
  const clusters = await startOrUse(instance, plan, tools, options);
  await prepareCrds(clusters, tools, options);
  return clusters;
}

/** The stack brings the objects, not the definitions of their kinds: those of a cluster belong to all who use it. */
async function prepareCrds(
  clusters: readonly RegionCluster[],
  tools: UpTools,
  { onProgress, signal }: ObtainOptions,
): Promise<void> {
  const files = LOCAL_CRDS.map((name) => tools[name]);
  const outcomes = await Promise.allSettled(
    clusters.map(async ({ name, context, kubeconfig, nodes }) => {
      const kubectl = new Kubectl({ kubectl: tools.kubectl.path, kubeconfig, context });
      if (nodes === "existing") return await requireCrds(LOCAL_KINDS, files, kubectl, { context, signal });
      onProgress(`${name}: installing the CRDs`);
      return await installCrds(files, kubectl, signal);
    }),
  );
  // Of several the first region's error is told, whichever came first.
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

async function startOrUse(
  instance: Instance,
  plan: EnvironmentPlan,
  tools: UpTools,
  options: ObtainOptions & { readonly image: string | undefined },
): Promise<RegionCluster[]> {
  const { onProgress, signal } = options;
  const embedded = {
    ...regionsPlace(instance),
    names: plan.regions.map(({ name }) => name),
    onProgress: (region: string, step: string) => onProgress(`${region}: ${step}`),
    signal,
  };
  switch (tools.nodes) {
    case "existing":
      return await useClusters(plan, tools.kubectl.path, options);
    case "simulated":
      return await startSimulatedRegions({ ...embedded, tools });
    case "real": {
      const pauseImage = (await composePauseImage(instance, signal)).reference;
      const { name } = instance;
      return await startRealRegions({
        ...embedded,
        tools,
        workers: plan.workers ?? 1,
        instance: name,
        pauseImage,
      });
    }
  }
}

async function useClusters(
  plan: EnvironmentPlan,
  kubectl: string,
  { image, signal }: { readonly image: string | undefined; readonly signal: AbortSignal },
): Promise<RegionCluster[]> {
  const clusters = await Promise.all(
    plan.regions.map(({ name, context, kubeconfig }) =>
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

/** What is known of an environment once its clusters run. */
export function environmentOf(
  { whySimulated: _, ...plan }: EnvironmentPlan,
  clusters: readonly RegionCluster[],
  tools: UpTools,
): EnvironmentRecord {
  return {
    ...plan,
    gateway: tools.nodes === "real" && tools.traefik !== undefined,
    regions: plan.regions.map((region) => ({ ...region, endpoints: endpointsOf(region, clusters) })),
    tools: { pulumi: tools.pulumi.path, kubectl: tools.kubectl.path },
  };
}

function endpointsOf(
  { name, address }: Omit<EnvironmentRegion, "endpoints">,
  clusters: readonly RegionCluster[],
): string[] {
  if (address !== undefined) return [processEndpoint(address)];
  const workers = clusters.find((cluster) => cluster.name === name)?.workerAddresses ?? [];
  return workers.map((worker) => `http://${worker}:${REGION_PORT}`);
}

/** Gives the workers of real regions their images, and the regions names, metrics and volumes. */
export async function equipWorkers(
  instance: Instance,
  images: RegionImages,
  { pulumi: _, ...tools }: RealTools,
  { onProgress, signal }: ObtainOptions,
): Promise<void> {
  const { coredns, metricsServer } = images;
  await equipRegions({
    ...regionsPlace(instance),
    images: [await composePauseImage(instance, signal), ...Object.values(images)],
    programs: { coredns: coredns.reference, "metrics-server": metricsServer.reference },
    kubectl: tools.kubectl.path,
    onProgress: (region, step) => onProgress(`${region}: ${step}`),
    signal,
  });
}

/** Ends the embedded regions and removes their files. Existing clusters are left alone. */
export async function stopRegions(instance: Instance): Promise<void> {
  await stopRealRegions(regionsPlace(instance));
  await stopSimulatedRegions(regionsPlace(instance));
}

/** The embedded regions and their processes. */
export async function regionStatus(instance: Instance): Promise<RegionStatus[]> {
  const place = regionsPlace(instance);
  const real = await statusOfRealRegions(place);
  return real.length > 0 ? real : await statusOfRegions(place);
}

function regionsPlace({ stateDir, kubeconfig }: Instance): RegionsPlace {
  return { workDir: path.join(stateDir, "regions"), kubeconfig };
}
