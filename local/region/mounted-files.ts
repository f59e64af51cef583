import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ConfigSources, PodContainer, PodSpec, Volume } from "./container-spec.ts";

/** A folder of files that the container would find at `mountPath`. */
export interface Mount {
  mountPath: string;
  /** Where its files lie for a process outside a pod. */
  hostPath: string;
}

/** Files of a mount by relative path. */
type Files = Readonly<Record<string, string>>;

/** ConfigMap and Secret mounts of the container with their files; other kinds of volumes are no matter of configuration. */
export function mountedFiles(
  pod: PodSpec,
  container: PodContainer,
  sources: ConfigSources,
): Map<string, Files> {
  const volumes = new Map(pod.volumes.map((volume) => [volume.name, volume]));
  const mounts = new Map<string, Files>();
  for (const { name, mountPath, subPath } of container.volumeMounts) {
    const files = filesOf(volumes.get(name), sources);
    if (files === undefined) continue;
    if (subPath !== undefined) {
      throw new Error(
        `Mount ${mountPath} uses subPath ${subPath}, which is not supported outside a pod; mount the folder.`,
      );
    }
    mounts.set(mountPath, files);
  }
  return mounts;
}

function filesOf(volume: Volume | undefined, sources: ConfigSources): Files | undefined {
  if (volume?.configMap !== undefined) {
    const { name, optional, items } = volume.configMap;
    return pick(`ConfigMap ${name}`, sources.configMaps.get(name), optional, items);
  }
  if (volume?.secret !== undefined) {
    const { secretName, optional, items } = volume.secret;
    return pick(`Secret ${secretName}`, sources.secrets.get(secretName), optional, items);
  }
  return undefined;
}

function pick(
  source: string,
  data: Files | undefined,
  optional: boolean | undefined,
  items: readonly { key: string; path: string }[] | undefined,
): Files {
  if (data === undefined && optional !== true) {
    throw new Error(`${source} is mounted but does not exist; create it or mark the volume optional.`);
  }
  if (items === undefined) return data ?? {};
  return Object.fromEntries(
    items.flatMap(({ key, path: target }): [string, string][] => {
      const value = data?.[key];
      if (value !== undefined) return [[target, value]];
      if (optional === true) return [];
      throw new Error(`${source} is mounted but has no key ${key}; add it or mark the volume optional.`);
    }),
  );
}

/** Writes the files of every mount under `folder`, in place of what was there, readable by the owner alone. */
export async function writeMounts(folder: string, mounts: ReadonlyMap<string, Files>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [mountPath, files] of mounts) {
    const directory = hostPathOf(folder, mountPath);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(directory, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content, { mode: 0o600 });
    }
  }
}

/** Where a mount lies under `folder`. */
export function hostPathOf(folder: string, mountPath: string): string {
  return path.join(folder, path.posix.normalize(`/${mountPath}`));
}
