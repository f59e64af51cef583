import { setTimeout as delay } from "node:timers/promises";
import type { Kubectl } from "./kubectl.ts";
import { offerVolumes, storageClass } from "./ready-made-volumes.ts";
import { nodeNames, simulatedNodeStatus, simulatedNodes, simulatedVolumes } from "./simulated-objects.ts";

/** Gives a fresh region its nodes and volumes. May be repeated. */
export async function prepareRegion(region: string, kubectl: Kubectl, signal?: AbortSignal): Promise<void> {
  await kubectl.apply([...simulatedNodes(region), storageClass], { signal });
  await offerVolumes(simulatedVolumes(region), kubectl, { signal });
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
