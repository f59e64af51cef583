import type { Writable } from "node:stream";
import { realUpPrograms, realUpTools, simulatedUpTools } from "../../local/environment/tools.ts";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { ensureDebianPrograms } from "../../local/toolchain/debian-packages.ts";
import { formatSeconds } from "../../local/toolchain/progress.ts";
import { resolveTools } from "../../local/toolchain/resolve.ts";

/** What `up` uses in every form, the gateway controller, and what pushes images. */
const TOOLS = [...new Set([...simulatedUpTools, ...realUpTools, "traefik", "oras"] as const)];

const LINE_INTERVAL_MS = 15_000;

/**
 * Obtains every tool that the integration and end-to-end tests need, so that no test waits for a build.
 * Says what it does on `out`.
 *
 * @returns the number of failures: 0, or 1 when a tool cannot be had
 */
export async function prepareMachine(out: Writable): Promise<{ failed?: number }> {
  let last = Number.NEGATIVE_INFINITY;
  try {
    await ensureDebianPrograms(realUpPrograms, { onProgress: (text) => out.write(`${text}\n`) });
    const tools = await resolveTools(TOOLS, {
      cacheDir: defaultCacheDir(),
      onProgress: ({ tool, phase, message, elapsedMs }) => {
        if (phase !== "ready" && performance.now() - last < LINE_INTERVAL_MS) return;
        last = performance.now();
        out.write(`${tool}: ${message} (${formatSeconds(elapsedMs / 1000)})\n`);
      },
    });
    return Object.keys(tools).length === TOOLS.length ? {} : { failed: 1 };
  } catch (error) {
    out.write(`${error instanceof Error ? error.message : error}\n`);
    return { failed: 1 };
  }
}
