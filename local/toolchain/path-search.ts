import { access, constants, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { type ResolvedTool, SourceUnavailable, type ToolRequest } from "./tool-request.ts";
import { probeVersion } from "./version-probe.ts";

/**
 * Finds the first suitable program on the search path; unsuitable ones are passed over and said so.
 *
 * @throws SourceUnavailable naming every program that was passed over.
 */
export async function findOnPath(request: ToolRequest): Promise<ResolvedTool> {
  const { spec, report, signal } = request;
  const passedOver: string[] = [];
  for (const file of await findExecutables(spec.name, request.searchPath)) {
    const verdict = await probeVersion(file, spec, signal);
    if (verdict.suitable) return { name: spec.name, path: file, version: verdict.version, source: "path" };
    report("path", `${verdict.reason}: passed over`);
    passedOver.push(verdict.reason);
  }
  throw new SourceUnavailable(passedOver.length === 0 ? `no ${spec.name} on PATH` : passedOver.join("; "));
}

/** All executable files called `name` on the search path, first one first, each file once even if linked. */
export async function findExecutables(name: string, searchPath: string): Promise<string[]> {
  const found = new Map<string, string>();
  for (const folder of searchPath.split(path.delimiter)) {
    const file = path.resolve(folder, name);
    if (folder === "" || !(await isExecutableFile(file))) continue;
    const target = await realpath(file);
    if (!found.has(target)) found.set(target, file);
  }
  return [...found.values()];
}

async function isExecutableFile(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
