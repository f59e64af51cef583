import { execa } from "execa";
import { findExecutables, findOnPath } from "./path-search.ts";
import { type ResolvedTool, SourceUnavailable, type ToolRequest } from "./tool-request.ts";

const QUOTED_ERROR_LINES = 4;

/**
 * Installs a tool's Debian package, for tools that have neither a download nor a Go module.
 *
 * @throws SourceUnavailable when there is no apt-get or the installation fails (usually for lack of root).
 */
export async function installWithApt(request: ToolRequest, aptPackage: string): Promise<ResolvedTool> {
  const { report, signal } = request;
  const [apt] = await findExecutables("apt-get", request.searchPath);
  if (apt === undefined) throw new SourceUnavailable("apt-get is not on PATH");
  report("install", `installing the Debian package ${aptPackage}`);
  const result = await execa(apt, ["install", "--yes", "--no-install-recommends", aptPackage], {
    cancelSignal: signal,
    // RUNLEVEL keeps Debian's packages from starting their services.
    env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1", PATH: request.searchPath },
    reject: false,
    stdin: "ignore",
  });
  signal.throwIfAborted();
  if (result.failed) {
    const said = result.stderr.trim().split("\n").slice(-QUOTED_ERROR_LINES).join("; ");
    throw new SourceUnavailable(`apt-get install ${aptPackage} failed: ${said}`);
  }
  return { ...(await findOnPath(request)), source: "apt" };
}
