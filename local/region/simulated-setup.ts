import { setTimeout as delay } from "node:timers/promises";
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

const LEASES = { namespace: "kube-node-lease" };
const TAKE_OVER_TIMEOUT_MS = 60_000;
const TAKE_OVER_POLL_MS = 250;

/**
 * Lets a kwok that was started anew play the nodes at once: it would wait until the leases of its predecessor expire,
 * and until then no pod would become ready.
 */
export async function takeOverNodes(region: string, kubectl: Kubectl, signal?: AbortSignal): Promise<void> {
  const nodes = nodeNames(region);
  await kubectl.delete("leases.coordination.k8s.io", nodes, { ...LEASES, signal });
  const deadline = Date.now() + TAKE_OVER_TIMEOUT_MS;
  for (;;) {
    const leases = await kubectl.listJson("leases.coordination.k8s.io", { ...LEASES, signal });
    const held = new Set(leases.map((lease) => lease.metadata.name));
    if (nodes.every((node) => held.has(node))) return;
    if (Date.now() > deadline) {
      throw new Error(
        `The nodes of region ${region} are not served ${TAKE_OVER_TIMEOUT_MS / 1000} s after its repair. ` +
          "Run `npm run down`, then `npm run up`.",
      );
    }
    await delay(TAKE_OVER_POLL_MS);
  }
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
