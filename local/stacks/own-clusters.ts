import type { StackRegion } from "../engine/stack-file.ts";
import { useExistingCluster } from "../region/existing.ts";
import { userKubeconfig } from "../region/user-kubeconfig.ts";

/** Whether the clusters of all regions can be reached with the user's kubeconfig. */
export async function clustersAnswer(
  regions: readonly StackRegion[],
  kubectl: string,
  signal: AbortSignal,
): Promise<boolean> {
  const reasons = await unreachableClusters(regions, kubectl, signal);
  return reasons.length === 0;
}

/** Why clusters cannot be reached, one sentence each; empty when all answer. */
export async function unreachableClusters(
  regions: readonly StackRegion[],
  kubectl: string,
  signal: AbortSignal,
): Promise<string[]> {
  const asked = await Promise.allSettled(
    regions.map(({ name, context, kubeconfig = userKubeconfig() }) =>
      useExistingCluster({ name, context, kubeconfig, kubectl, signal }),
    ),
  );
  signal.throwIfAborted();
  return asked.flatMap((answer) =>
    answer.status === "rejected" ? [String(answer.reason?.message ?? answer.reason)] : [],
  );
}
