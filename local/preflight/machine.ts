import { access, constants, stat, statfs } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { listenFailure } from "../region/free-ports.ts";

/** An address and port to listen on. */
export interface Endpoint {
  host: string;
  port: number;
}

/** What a folder's disk offers, asked of the nearest folder above it that exists. */
export interface FolderPlace {
  /** That nearest folder. */
  existing: string;
  isWritable: boolean;
  freeBytes: number;
  /** Number of the file system. */
  device: number;
}

/** What can be asked of a machine before work begins. */
export interface Machine {
  platform: NodeJS.Platform;
  arch: NodeJS.Architecture;
  /** Memory that could be taken without swapping; a container's limit counts. */
  availableMemoryBytes(): number;
  inspectFolder(folder: string): Promise<FolderPlace>;
  /** Error code of listening there, or undefined if it works. */
  listenFailure(endpoint: Endpoint): Promise<string | undefined>;
  /** Version of the Go on `PATH`, e.g. `1.26.8`, or undefined. */
  goVersion(): Promise<string | undefined>;
}

/** The machine that this program runs on. */
export const thisMachine: Machine = {
  platform: process.platform,
  arch: process.arch,
  availableMemoryBytes: () => process.availableMemory(),
  inspectFolder,
  listenFailure: ({ host, port }) => listenFailure(port, host),
  goVersion,
};

async function inspectFolder(folder: string): Promise<FolderPlace> {
  const existing = await nearestExisting(path.resolve(folder));
  const [space, { dev }] = await Promise.all([statfs(existing), stat(existing)]);
  const isWritable = await access(existing, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  return { existing, isWritable, freeBytes: space.bavail * space.bsize, device: dev };
}

async function nearestExisting(folder: string): Promise<string> {
  const exists = await access(folder).then(
    () => true,
    () => false,
  );
  return exists ? folder : await nearestExisting(path.dirname(folder));
}

async function goVersion(): Promise<string | undefined> {
  const result = await execa("go", ["env", "GOVERSION"], { reject: false, env: { GOTOOLCHAIN: "local" } });
  return /^go(\d+\.\d+(?:\.\d+)?)/.exec(result.stdout ?? "")?.[1];
}
