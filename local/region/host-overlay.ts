import { CONFIG_MOUNT_PATH, ENV } from "../../agent-runtime/src/contract.ts";
import type { Mount } from "./mounted-files.ts";

/** One difference between the environment of the pod and that of the host process that stands in for it. */
export interface OverlayEntry {
  name: string;
  action: "set" | "drop";
  /** The new value; absent when dropped. */
  value?: string;
  /** For the user who asks why the process differs from the pod. */
  reason: string;
}

export interface OverlayOptions {
  /** Loopback address of this region's process. */
  address: string;
  mounts: readonly Mount[];
  /** Folder of this region's state for what outlives a restart of the process. */
  dataFolder: string;
}

/** Simulated pods keep nothing, so a store that runs in them cannot be reached. */
const STORE_VARIABLES: readonly string[] = [ENV.redisUrl, ENV.redisPassword, ENV.databaseUrl];

/**
 * The differences that standing in for a pod on this machine requires, and no others: the addresses to listen on, the
 * stores, and the paths of folders.
 */
export function hostOverlay(env: Readonly<Record<string, string>>, options: OverlayOptions): OverlayEntry[] {
  const listen = [ENV.host, ENV.opsHost].map(
    (name): OverlayEntry => ({
      name,
      action: "set",
      value: options.address,
      reason: "every region listens on a loopback address of its own",
    }),
  );
  const others = Object.entries({ ...implicitConfigDir(options), ...env }).filter(
    ([name]) => name !== ENV.host && name !== ENV.opsHost,
  );
  return [...listen, ...others.flatMap(([name, value]) => overlayOf(name, value, options))];
}

/** The runtime looks there without being told so. */
function implicitConfigDir({ mounts }: OverlayOptions): Record<string, string> {
  const isMounted = mounts.some(({ mountPath }) => mountPath === CONFIG_MOUNT_PATH);
  return isMounted ? { [ENV.configDir]: CONFIG_MOUNT_PATH } : {};
}

function overlayOf(name: string, value: string, { mounts, dataFolder }: OverlayOptions): OverlayEntry[] {
  if (STORE_VARIABLES.includes(name) || name.endsWith("_PASSWORD")) {
    return [{ name, action: "drop", reason: "stores are embedded: simulated pods run none" }];
  }
  if (name === ENV.dataDir) {
    return [{ name, action: "set", value: dataFolder, reason: "volumes of simulated pods hold nothing" }];
  }
  const mount = mounts.find(({ mountPath }) => value === mountPath || value.startsWith(`${mountPath}/`));
  if (mount === undefined) return [];
  const moved = `${mount.hostPath}${value.slice(mount.mountPath.length)}`;
  return [{ name, action: "set", value: moved, reason: `what is mounted at ${mount.mountPath} lies there` }];
}

/** The environment with the overlay applied. */
export function applyOverlay(
  env: Readonly<Record<string, string>>,
  overlay: readonly OverlayEntry[],
): Record<string, string> {
  const result = new Map(Object.entries(env));
  for (const entry of overlay) {
    if (entry.value === undefined) result.delete(entry.name);
    else result.set(entry.name, entry.value);
  }
  return Object.fromEntries(result);
}
