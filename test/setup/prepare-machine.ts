import type { Writable } from "node:stream";
import { realUpPrograms, realUpTools, simulatedUpTools } from "../../local/environment/tools.ts";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { ALL_CRDS } from "../../local/toolchain/crd-releases.ts";
import { obtainCrds } from "../../local/toolchain/crds.ts";
import { ensureDebianPrograms } from "../../local/toolchain/debian-packages.ts";
import { formatSeconds, type ToolProgress } from "../../local/toolchain/progress.ts";
import { resolveTools } from "../../local/toolchain/resolve.ts";
import { obtainPythonClients } from "./python-clients.ts";

/** What `up` uses in every form, the gateway controller's program, and what pushes images. */
const TOOLS = [...new Set([...simulatedUpTools, ...realUpTools, "traefik", "oras"] as const)];

const LINE_INTERVAL_MS = 15_000;

/**
 * Obtains every tool, the CRDs and the Python clients that the integration and end-to-end tests need, so that no test
 * waits for a build.
 * Says what it does on `out`.
 *
 * @returns the number of failures: none, or 1 when something cannot be had
 */
export async function prepareMachine(out: Writable): Promise<{ failed?: number }> {
  let last = Number.NEGATIVE_INFINITY;
  try {
    const say = (text: string) => out.write(`${text}\n`);
    await ensureDebianPrograms(realUpPrograms, { onProgress: say });
    await obtainPythonClients(say);
    const onProgress = ({ tool, phase, message, elapsedMs }: ToolProgress) => {
      if (phase !== "ready" && performance.now() - last < LINE_INTERVAL_MS) return;
      last = performance.now();
      out.write(`${tool}: ${message} (${formatSeconds(elapsedMs / 1000)})\n`);
    };
    const options = { cacheDir: defaultCacheDir(), onProgress };
    const tools = await resolveTools(TOOLS, options);
    await obtainCrds(ALL_CRDS, options);
    return Object.keys(tools).length === TOOLS.length ? {} : { failed: 1 };
  } catch (error) {
    out.write(`${error instanceof Error ? error.message : error}\n`);
    return { failed: 1 };
  }
}
