import { once } from "node:events";
import net from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePorts } from "../../local/region/free-ports.ts";
import { DEBIAN_PATH, ensureDebianPrograms } from "../../local/toolchain/debian-packages.ts";
import { findExecutables } from "../../local/toolchain/path-search.ts";
import type { BenchContext } from "../bench-context.ts";
import type { OwnedProcess } from "../processes/owned-processes.ts";

const READY_TRIES = 500;
const POLL_MS = 10;

/** Installs Debian's Redis where it is not there. */
export async function installRedis({ say, signal }: BenchContext): Promise<string> {
  const programs = [{ program: "redis-server", package: "redis-server" }];
  await ensureDebianPrograms(programs, { onProgress: say, signal });
  const [file] = await findExecutables("redis-server", DEBIAN_PATH);
  if (file === undefined) throw new Error("redis-server is missing after its installation");
  return file;
}

/** Starts a Redis of this run's own on a loopback port; it keeps nothing on disk. */
export async function startRedis(
  bench: BenchContext,
  file: string,
): Promise<{ readonly url: string; readonly owned: OwnedProcess }> {
  const [port = 0] = await findFreePorts(1);
  const where = ["--port", String(port), "--bind", "127.0.0.1", "--dir", bench.folder];
  const owned = bench.processes.start({
    name: "redis",
    file,
    args: [...where, "--save", "", "--appendonly", "no"],
  });
  for (let tries = 0; !(await isListening(port)); tries += 1) {
    bench.signal.throwIfAborted();
    if (owned.hasEnded() || tries === READY_TRIES) {
      throw new Error(`redis-server did not start: ${await owned.lastWords()}`);
    }
    await delay(POLL_MS);
  }
  return { url: `redis://127.0.0.1:${port}`, owned };
}

async function isListening(port: number): Promise<boolean> {
  const socket = net.connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
