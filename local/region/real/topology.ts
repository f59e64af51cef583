import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeWhole } from "../../process/write-whole.ts";
import type { RegionsPlace } from "../contract.ts";
import { MAX_WORKERS, type RegionAddresses, regionAddresses } from "./address-plan.ts";
import type { Machine } from "./machine.ts";
import { workerName } from "./worker-plan.ts";

const topologySchema = z.object({
  /** Second octet of every address. */
  block: z.number().int(),
  /** Name of the environment in the control groups of the host. */
  group: z.string(),
  /** In the order that their addresses follow. */
  regions: z.array(z.string()),
  /** In each region. */
  workers: z.number().int().min(1).max(MAX_WORKERS),
});

/** Which machines an environment has; kept on disk before the first of them is made. */
export type Topology = z.infer<typeof topologySchema>;

/** The topology kept under the folder, or undefined when nothing was made there yet. */
export async function readTopology({
  workDir,
}: Pick<RegionsPlace, "workDir">): Promise<Topology | undefined> {
  const text = await readFile(topologyFile(workDir), "utf8").catch(() => undefined);
  return text === undefined ? undefined : topologySchema.parse(JSON.parse(text));
}

export async function writeTopology({ workDir }: RegionsPlace, topology: Topology): Promise<void> {
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  await writeWhole(topologyFile(workDir), JSON.stringify(topology));
}

function topologyFile(workDir: string): string {
  return path.join(workDir, "topology.json");
}

/** One region: its folder, its addresses and its machines. */
export interface RegionLayout {
  readonly name: string;
  readonly folder: string;
  readonly addresses: RegionAddresses;
  readonly controlPlane: Machine;
  readonly workers: readonly Machine[];
}

/** Where everything of each region is, in the order of the topology. */
export function layOut({ workDir }: Pick<RegionsPlace, "workDir">, topology: Topology): RegionLayout[] {
  return topology.regions.map((name, index) => {
    const folder = path.join(workDir, name);
    const addresses = regionAddresses(topology.block, index);
    const machine = (machineName: string, address: string): Machine => ({
      name: machineName,
      folder: path.join(folder, machineName),
      block: topology.block,
      address,
      controlGroup: `/${topology.group}/${machineName}`,
    });
    return {
      name,
      folder,
      addresses,
      controlPlane: machine(`${name}-control-plane`, addresses.controlPlane),
      workers: Array.from({ length: topology.workers }, (_, number) =>
        machine(workerName(name, number + 1), addresses.worker(number + 1).address),
      ),
    };
  });
}
