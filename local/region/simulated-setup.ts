import { z } from "zod";
import type { Kubectl } from "./kubectl.ts";
import {
  nodeNames,
  simulatedNodeStatus,
  simulatedNodes,
  simulatedVolumes,
  storageClass,
} from "./simulated-objects.ts";

/** Gives a fresh region its nodes and volumes. May be repeated. */
export async function prepareRegion(region: string, kubectl: Kubectl, signal?: AbortSignal): Promise<void> {
  await kubectl.apply([...simulatedNodes(region), storageClass, ...simulatedVolumes(region).values()], {
    signal,
  });
  const status = [
    "--subresource",
    "status",
    "--type",
    "merge",
    "--patch",
    JSON.stringify(simulatedNodeStatus),
  ];
  await kubectl.run(["patch", "nodes", ...nodeNames(region), ...status], { signal });
  const ready = ["--for", "condition=Ready", "--timeout", "30s"];
  await kubectl.run(["wait", "nodes", ...nodeNames(region), ...ready], { signal });
}

const volumeSchema = z.looseObject({ status: z.looseObject({ phase: z.string().optional() }).optional() });

/** A volume in such a phase still names the claim that it served and is never given to another. */
const SPENT_PHASES = ["Released", "Failed"];

/** Makes the volumes anew whose claims were deleted: nothing else would free them. */
export async function reclaimVolumes(region: string, kubectl: Kubectl, signal?: AbortSignal): Promise<void> {
  const ours = simulatedVolumes(region);
  const found = await kubectl.listJson("persistentvolumes", { signal });
  const phases = new Map(
    found.map((object) => [object.metadata.name, volumeSchema.parse(object).status?.phase ?? "Pending"]),
  );
  const spent = [...ours.keys()].filter((name) => SPENT_PHASES.includes(phases.get(name) ?? ""));
  await kubectl.delete("persistentvolumes", spent, { signal });
  const absent = [...ours].filter(([name]) => spent.includes(name) || !phases.has(name));
  if (absent.length > 0)
    await kubectl.apply(
      absent.map(([, object]) => object),
      { signal },
    );
}
