import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { RegionCluster, RegionsPlace } from "../../../local/region/contract.ts";
import { Kubectl } from "../../../local/region/kubectl.ts";
import { type SimulatedRegionTools, simulatedRegionToolNames } from "../../../local/region/kwokctl-config.ts";
import { simulatedRegions } from "../../../local/region/simulated.ts";
import { defaultCacheDir } from "../../../local/toolchain/cache.ts";
import { resolveTools } from "../../../local/toolchain/resolve.ts";

/** Real API servers with simulated nodes, in a folder of their own, for one test file. */
export interface TemporaryRegions {
  clusters: RegionCluster[];
  place: RegionsPlace;
  tools: SimulatedRegionTools;
  /** kubectl on the region with this name. */
  kubectl(name: string): Kubectl;
  /** Ends their processes and removes their files; to be called in `afterAll`. */
  stop(): Promise<void>;
}

/** Starts one region per name (contexts are called the same); takes about 5 s once the tools are in the cache. */
export async function startTemporaryRegions(...names: string[]): Promise<TemporaryRegions> {
  const tools = await regionTools();
  const root = await mkdtemp(path.join(os.tmpdir(), "regions-"));
  const place = { workDir: path.join(root, "regions"), kubeconfig: path.join(root, "kubeconfig.yaml") };
  const stop = async () => {
    await simulatedRegions.stop(place);
    await rm(root, { recursive: true, force: true });
  };
  try {
    const clusters = await simulatedRegions.start({ ...place, names, tools });
    const kubectl = (context: string) =>
      new Kubectl({ kubectl: tools.kubectl.path, kubeconfig: place.kubeconfig, context });
    return { clusters, place, tools, kubectl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The programs of a simulated region, from the same sources as `npm run up` has. */
export async function regionTools(): Promise<SimulatedRegionTools> {
  return await resolveTools(simulatedRegionToolNames, { cacheDir: defaultCacheDir() });
}
