import { parse } from "yaml";
import { z } from "zod";
import type { RegionCluster } from "./contract.ts";
import { Kubectl, KubectlError } from "./kubectl.ts";
import { SIMULATED_NODE_ANNOTATION } from "./simulated-objects.ts";

/** A cluster of the user's that takes the place of an embedded region. */
export interface ExistingCluster extends RegionCluster {
  nodes: "existing";
  /** Version of its API server, e.g. `v1.35.4`. */
  version: string;
  /** Whether any node is a pretended one, where pods become Ready and run nothing. */
  hasSimulatedNodes: boolean;
  nodeCount: number;
}

export interface UseExistingOptions {
  /** Region name of the stack file that is deployed to this cluster. */
  name: string;
  context: string;
  kubeconfig: string;
  /** Path of kubectl. */
  kubectl: string;
  signal?: AbortSignal | undefined;
}

const contextsSchema = z.object({ contexts: z.array(z.object({ name: z.string() })).nullish() });
const versionSchema = z.object({ serverVersion: z.object({ gitVersion: z.string() }) });

/** An API server that answers at all answers within this time. */
const REQUEST_TIMEOUT = "10s";

/**
 * Looks at a cluster of the user's; starts, changes and stops nothing there.
 * @throws if the kubeconfig has no such context, or the API server does not answer or refuses the credentials.
 */
export async function useExistingCluster(options: UseExistingOptions): Promise<ExistingCluster> {
  const kubectl = new Kubectl(options);
  const { signal } = options;
  await requireContext(kubectl, options);
  const text = await kubectl
    .run(["version", "--output", "json", "--request-timeout", REQUEST_TIMEOUT], { signal })
    .catch((error: unknown) => {
      if (!(error instanceof KubectlError)) throw error;
      throw new Error(
        `The cluster of context ${options.context} does not answer: ${error.message}. Check that it runs and that ` +
          "your credentials are valid, or leave out --context to use embedded regions.",
        { cause: error },
      );
    });
  const { gitVersion } = versionSchema.parse(JSON.parse(text)).serverVersion;
  const nodes = await kubectl.listJson("nodes", { signal });
  return {
    name: options.name,
    context: options.context,
    kubeconfig: options.kubeconfig,
    nodes: "existing",
    workerAddresses: [],
    outcome: "unchanged",
    version: gitVersion,
    hasSimulatedNodes: nodes.some(
      (node) => node.metadata.annotations?.[SIMULATED_NODE_ANNOTATION] !== undefined,
    ),
    nodeCount: nodes.length,
  };
}

async function requireContext(kubectl: Kubectl, options: UseExistingOptions): Promise<void> {
  const config = await kubectl.run(["config", "view"], { signal: options.signal });
  const names = (contextsSchema.parse(parse(config)).contexts ?? []).map(({ name }) => name);
  if (names.includes(options.context)) return;
  throw new Error(
    `There is no context ${JSON.stringify(options.context)} in ${options.kubeconfig}. It has ` +
      `${names.length === 0 ? "none" : names.join(", ")}. Name one of them or leave out --context to use embedded regions.`,
  );
}
