import { access, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { withLock } from "../../local/toolchain/cache-lock.ts";
import type { BenchContext } from "../bench-context.ts";

/** A competitor's program at one version. */
export interface Peer {
  readonly name: string;
  /** As the report names it; another one is installed beside it. */
  readonly version: string;
  /** Installs it into the folder, which is empty. */
  readonly install: (folder: string, signal: AbortSignal) => Promise<void>;
}

/** Competitors are kept beside the tools of the embedded environment, or below the folder that replaces those. */
export function peerCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const tools = defaultCacheDir(env);
  const isOwn = env["CLAUDE_AGENTS_CACHE"] !== undefined && env["CLAUDE_AGENTS_CACHE"] !== "";
  return path.join(isOwn ? tools : path.dirname(tools), "bench");
}

/** The folder of the peer, installed first where it is not there. Says so before it installs. */
export async function ensurePeer(peer: Peer, { say, signal }: BenchContext): Promise<string> {
  const folder = path.join(peerCacheDir(), folderNameOf(peer));
  const onWait = () => say(`waiting for another installation of ${peer.name}`);
  await withLock(`${folder}.lock`, { signal, onWait }, async (held) => {
    // Written last: a folder without it is what an interrupted installation left.
    const mark = path.join(folder, "installed");
    if (await exists(mark)) return;
    say(`installing ${peer.name} ${peer.version} into the cache`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await peer.install(folder, held);
    await writeFile(mark, `${peer.version}\n`);
  });
  return folder;
}

/** A version may say more than a number. */
export function folderNameOf({ name, version }: Pick<Peer, "name" | "version">): string {
  return `${name}-${version.replaceAll(/[^\w.]+/g, "-")}`;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
