import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type ComposedImage, composeImage } from "../../../../local/images/compose.ts";
import { agentRuntimeImage, pauseImage, programImage } from "../../../../local/images/recipes.ts";
import type { RegionCluster, RegionStatus, RegionsPlace } from "../../../../local/region/contract.ts";
import type { Kubectl } from "../../../../local/region/kubectl.ts";
import { DEBIAN_PROGRAMS } from "../../../../local/region/real/debian-programs.ts";
import { equipRegions } from "../../../../local/region/real/equip.ts";
import {
  realRegionToolNames,
  regionKubectl,
  startRealRegions,
  statusOfRealRegions,
  stopRealRegions,
} from "../../../../local/region/real/real.ts";
import { layOut, type RegionLayout, readTopology } from "../../../../local/region/real/topology.ts";
import { defaultCacheDir } from "../../../../local/toolchain/cache.ts";
import { ensureDebianPrograms } from "../../../../local/toolchain/debian-packages.ts";
import { resolveTools } from "../../../../local/toolchain/resolve.ts";
import type { ComparedEnvironment } from "./host-state.ts";

/** A region with one worker in a folder of its own, for one test file. */
export interface TemporaryRealRegion {
  readonly place: RegionsPlace;
  readonly environment: ComparedEnvironment;
  readonly layout: RegionLayout;
  readonly kubectl: Kubectl;
  /** An image of the pinned Node that runs the given program. */
  readonly image: ComposedImage;
  /** What the first start has said of the region. */
  readonly cluster: RegionCluster;
  /** Starts it again, or what of it is off. */
  start(): Promise<RegionCluster[]>;
  /** Gives it what its pods need. */
  equip(): Promise<void>;
  status(): Promise<RegionStatus>;
  stop(): Promise<void>;
}

/** @param program source of what the image runs */
export async function startTemporaryRealRegion(program: string): Promise<TemporaryRealRegion> {
  await ensureDebianPrograms(DEBIAN_PROGRAMS);
  const cacheDir = defaultCacheDir();
  const tools = await resolveTools([...realRegionToolNames, "coredns", "metrics-server"], { cacheDir });
  const root = await mkdtemp(path.join(os.tmpdir(), "real-region-"));
  const place = { workDir: path.join(root, "regions"), kubeconfig: path.join(root, "kubeconfig.yaml") };
  const instance = `test-${randomBytes(4).toString("hex")}`;
  const stop = async () => {
    await stopRealRegions(place);
    await rm(root, { recursive: true, force: true });
  };
  try {
    const compose = async (recipe: ReturnType<typeof pauseImage>) =>
      await composeImage(await recipe, path.join(root, "images"));
    const pause = await compose(pauseImage());
    const options = {
      ...place,
      names: ["region-a"],
      tools,
      workers: 1,
      instance,
      pauseImage: pause.reference,
    };
    const start = () => startRealRegions(options);
    const starting = start();
    const file = path.join(root, "main.mjs");
    await writeFile(file, program);
    const image = await compose(agentRuntimeImage(file));
    const coredns = await compose(programImage("coredns", tools.coredns.path));
    const metrics = await compose(programImage("metrics-server", tools["metrics-server"].path));
    const [cluster] = await starting;
    const topology = await readTopology(place);
    const [layout] = topology === undefined ? [] : layOut(place, topology);
    if (cluster === undefined || topology === undefined || layout === undefined) throw new Error("no region");
    const equipment = {
      ...place,
      images: [pause, image, coredns, metrics],
      programs: { coredns: coredns.reference, "metrics-server": metrics.reference },
      kubectl: tools.kubectl.path,
    };
    const status = async () => {
      const [found] = await statusOfRealRegions(place);
      if (found === undefined) throw new Error("no region");
      return found;
    };
    return {
      ...{ place, layout, image, cluster, start, status, stop },
      environment: { instance, block: topology.block },
      kubectl: regionKubectl(layout, tools.kubectl.path),
      equip: () => equipRegions(equipment),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
