import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeWhole } from "../process/write-whole.ts";

/** Ports of 127.0.0.1 that the control plane of one region listens on. */
const portsSchema = z.object({
  etcd: z.number(),
  etcdPeer: z.number(),
  apiServer: z.number(),
  controllerManager: z.number(),
  scheduler: z.number(),
  kwok: z.number(),
});
export type ClusterPorts = z.infer<typeof portsSchema>;

const completedSchema = z.object({ context: z.string(), ports: portsSchema });

/** Written when a region has been made completely; a folder without it holds a half-made one. */
export type CompletedCluster = z.infer<typeof completedSchema>;

/** Where one region's control plane keeps its things: a layout that kwokctl prescribes, and a few files of ours. */
export interface ClusterFolder {
  region: string;
  /** What kwokctl calls its work folder. */
  workDir: string;
  /** The region's own folder: binaries, certificates, etcd's data, logs, pid files. */
  dir: string;
  binDir: string;
  logDir: string;
  pkiDir: string;
  /** Options given to kwokctl. */
  configFile: string;
  /** Record of a kwokctl at work on this region. */
  kwokctlRecord: string;
  kwokctlLog: string;
  completedFile: string;
}

export function clusterFolder(workDir: string, region: string): ClusterFolder {
  const root = path.resolve(workDir);
  const dir = path.join(root, "clusters", region);
  return {
    region,
    workDir: root,
    dir,
    binDir: path.join(dir, "bin"),
    logDir: path.join(dir, "logs"),
    pkiDir: path.join(dir, "pki"),
    configFile: path.join(root, `${region}.kwokctl.yaml`),
    kwokctlRecord: path.join(root, `${region}.kwokctl.json`),
    kwokctlLog: path.join(root, `${region}.kwokctl.log`),
    completedFile: path.join(dir, "completed.json"),
  };
}

/** Folders of all regions under the work folder, half-made ones included. */
export async function listClusterFolders(workDir: string): Promise<ClusterFolder[]> {
  const root = path.resolve(workDir);
  const made = await entriesOf(path.join(root, "clusters"));
  const begun = (await entriesOf(root)).flatMap((name) => /^(.+)\.kwokctl\.yaml$/.exec(name)?.[1] ?? []);
  return [...new Set([...made, ...begun])].sort().map((region) => clusterFolder(root, region));
}

async function entriesOf(dir: string): Promise<string[]> {
  return await readdir(dir).catch(() => []);
}

/** What was noted when the region was completed, or undefined for a half-made or absent one. */
export async function readCompleted(folder: ClusterFolder): Promise<CompletedCluster | undefined> {
  try {
    return completedSchema.parse(JSON.parse(await readFile(folder.completedFile, "utf8")));
  } catch {
    return undefined;
  }
}

export async function writeCompleted(folder: ClusterFolder, completed: CompletedCluster): Promise<void> {
  await mkdir(folder.dir, { recursive: true });
  await writeWhole(folder.completedFile, JSON.stringify(completed));
}
