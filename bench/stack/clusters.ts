import path from "node:path";
import type { SimulatedTools } from "../../local/environment/tools.ts";
import { type CrdFile, installCrds } from "../../local/region/crds.ts";
import { addAliases } from "../../local/region/kubeconfig.ts";
import { Kubectl } from "../../local/region/kubectl.ts";
import { startSimulatedRegions, stopSimulatedRegions } from "../../local/region/simulated.ts";

/** Clusters of simulated nodes that stacks are previewed against and deployed to. */
export interface BenchClusters {
  /** Kubeconfig in which `aliases` all lead to the first cluster, and `contexts` to one each. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

export interface BenchClustersOptions {
  readonly folder: string;
  /** Contexts that need a cluster of their own: what is deployed through them must not meet. */
  readonly contexts: readonly string[];
  /** Contexts that are only looked through. */
  readonly aliases: readonly string[];
  readonly tools: SimulatedTools;
  /** Of all operators whose objects the stacks have. */
  readonly crds: readonly CrdFile[];
  readonly signal: AbortSignal;
}

/** Starts a cluster for each context and writes the kubeconfig. */
export async function startBenchClusters(options: BenchClustersOptions): Promise<BenchClusters> {
  const { folder, contexts, aliases, tools, crds, signal } = options;
  const place = { workDir: path.join(folder, "regions"), kubeconfig: path.join(folder, "kubeconfig.yaml") };
  const names = contexts.map((_, index) => `bench-${index + 1}`);
  const clusters = await startSimulatedRegions({
    ...place,
    names,
    contexts: Object.fromEntries(names.map((name, index) => [name, contexts[index] ?? name])),
    tools,
    signal,
  });
  for (const { kubeconfig, context } of clusters) {
    await installCrds(crds, new Kubectl({ kubectl: tools.kubectl.path, kubeconfig, context }), signal);
  }
  await addAliases(place.kubeconfig, aliases);
  return { kubeconfig: place.kubeconfig, stop: () => stopSimulatedRegions(place) };
}
