import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { COORDINATOR, ENV, NAMESPACE, PATHS, PORTS } from "../../agent-runtime/src/contract.ts";
import type { RegionCluster } from "./contract.ts";
import { type DeployedContainer, readDeployedContainer } from "./deployed-container.ts";
import { applyOverlay, hostOverlay, type OverlayEntry } from "./host-overlay.ts";
import { Kubectl } from "./kubectl.ts";
import { hostPathOf } from "./mounted-files.ts";

/** Which coordinator is to run here, and where. */
export interface PlanOptions {
  region: Pick<RegionCluster, "name" | "context" | "kubeconfig">;
  /** Path of kubectl. */
  kubectl: string;
  /** Loopback address that belongs to this region alone, e.g. `127.77.0.1`. */
  address: string;
  /** The runtime as one bundled file. */
  bundle: string;
  /** Folder of this process: its record, mounted files and working directory. */
  folder: string;
  /** Namespace and name of the Deployment; those of the stack-runtime contract when absent. */
  namespace?: string;
  deployment?: string;
  signal?: AbortSignal | undefined;
}

/** All that the process depends on, found out before anything is touched. */
export interface ProcessPlan {
  env: Record<string, string>;
  mounts: DeployedContainer["mounts"];
  graceMs: number;
  /** Digest of environment, mounted files and bundle: when it is the same, a running process is current. */
  fingerprint: string;
  httpUrl: string;
  metricsUrl: string;
  /** How the environment differs from the pod's. */
  overlay: OverlayEntry[];
}

/**
 * Works out how the coordinator of a region has to run outside a pod; changes nothing.
 * @throws if the Deployment does not exist or refers to something that does not.
 */
export async function planProcess(options: PlanOptions): Promise<ProcessPlan> {
  const { context, kubeconfig } = options.region;
  const container = await readDeployedContainer({
    kubectl: new Kubectl({ kubectl: options.kubectl, kubeconfig, context }),
    namespace: options.namespace ?? NAMESPACE,
    deployment: options.deployment ?? COORDINATOR,
    address: options.address,
    signal: options.signal,
  });
  const mounts = [...container.mounts.keys()].map((mountPath) => ({
    mountPath,
    hostPath: hostPathOf(mountFolder(options.folder), mountPath),
  }));
  const dataFolder = path.join(options.folder, "data");
  const overlay = hostOverlay(container.env, { address: options.address, mounts, dataFolder });
  const env = applyOverlay(container.env, overlay);
  const url = (port: string | undefined, standard: number) => `http://${options.address}:${port ?? standard}`;
  return {
    env,
    mounts: container.mounts,
    graceMs: container.terminationGraceSeconds * 1000,
    fingerprint: fingerprint(env, container.mounts, await readFile(options.bundle)),
    httpUrl: url(env[ENV.httpPort], PORTS.http),
    metricsUrl: `${url(env[ENV.metricsPort], PORTS.metrics)}${PATHS.metrics}`,
    overlay,
  };
}

/** Keys are sorted: an API server may return a map in any order. */
function fingerprint(
  env: Record<string, string>,
  mounts: DeployedContainer["mounts"],
  bundle: Buffer,
): string {
  const sorted = (values: Readonly<Record<string, unknown>>) =>
    Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  const files = [...mounts].map(([mountPath, content]) => [mountPath, sorted(content)]);
  return createHash("sha256")
    .update(JSON.stringify([sorted(env), files]))
    .update(bundle)
    .digest("hex");
}

/** Where the files of the pod's mounts lie. */
export function mountFolder(folder: string): string {
  return path.join(folder, "mounts");
}
