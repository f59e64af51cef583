import type { Writable } from "node:stream";
import { toolsOfUp } from "../../local/environment/tools.ts";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { formatSeconds } from "../../local/toolchain/progress.ts";
import { resolveTools } from "../../local/toolchain/resolve.ts";

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
    const tools = await resolveTools(toolsOfUp, {
      cacheDir: defaultCacheDir(),
      onProgress: ({ tool, phase, message, elapsedMs }) => {
        if (phase !== "ready" && performance.now() - last < LINE_INTERVAL_MS) return;
        last = performance.now();
        out.write(`${tool}: ${message} (${formatSeconds(elapsedMs / 1000)})\n`);
      },
    });
    return Object.keys(tools).length === toolsOfUp.length ? {} : { failed: 1 };
  } catch (error) {
    out.write(`${error instanceof Error ? error.message : error}\n`);
    return { failed: 1 };
  }
}
