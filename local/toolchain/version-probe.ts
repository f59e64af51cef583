import { execa } from "execa";
import semver from "semver";
import type { ToolSpec } from "./tools.ts";

/** What a program said about its version: suitable, or the reason why not. */
export type VersionVerdict =
  | { readonly suitable: true; readonly version: string }
  | { readonly suitable: false; readonly reason: string };

const PROBE_TIMEOUT_MS = 30_000;

/** Asks the program at `file` for its version and compares it with what the tool's row accepts. */
export async function probeVersion(
  file: string,
  spec: Pick<ToolSpec, "probe" | "accepts">,
  signal: AbortSignal,
): Promise<VersionVerdict> {
  const result = await execa(file, spec.probe.args, {
    all: true,
    cancelSignal: signal,
    env: { ...spec.probe.env },
    reject: false,
    stdin: "ignore",
    timeout: PROBE_TIMEOUT_MS,
  });
  signal.throwIfAborted();
  const version = semver.valid(spec.probe.pattern.exec(result.all ?? "")?.[1] ?? "");
  if (version === null) return { suitable: false, reason: `${file} does not tell its version` };
  if (semver.satisfies(version, spec.accepts, { includePrerelease: true }))
    return { suitable: true, version };
  return { suitable: false, reason: `${file} is ${version}, wanted ${spec.accepts}` };
}
