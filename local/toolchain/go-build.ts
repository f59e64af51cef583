import path from "node:path";
import { execa } from "execa";
import semver from "semver";
import { withLock } from "./cache-lock.ts";
import { findExecutables } from "./path-search.ts";
import { formatSeconds, tickWhile } from "./progress.ts";
import { SourceUnavailable, type ToolRequest } from "./tool-request.ts";
import { type GoModuleSpec, minimumGoVersion } from "./tools.ts";

const FORCE_KILL_AFTER_MS = 5_000;
const QUOTED_ERROR_LINES = 8;

/**
 * Builds a tool from its wrapper module into `binaries`. One build runs at a time per cache, across processes:
 * two at once would need twice the memory and be no faster.
 *
 * @throws SourceUnavailable when Go is missing or too old, or the build fails.
 */
export async function buildGoModule(
  request: ToolRequest,
  goModule: GoModuleSpec,
  binaries: string,
): Promise<void> {
  const { spec, report } = request;
  const go = await requireGo(request);
  const waiting = () => report("wait", "another build is running; waiting for it to end");
  await withLock(
    path.join(request.cacheDir, "go-build.lock"),
    { signal: request.signal, onWait: waiting },
    (signal) => runBuild({ ...request, signal }, goModule, go, path.join(binaries, spec.name)),
  );
}

/** Path of a Go that is new enough for the wrapper modules. @throws SourceUnavailable */
export async function requireGo(request: Pick<ToolRequest, "searchPath" | "signal">): Promise<string> {
  const [go] = await findExecutables("go", request.searchPath);
  const fix = `install Go ${minimumGoVersion} or newer (https://go.dev/dl/)`;
  if (go === undefined) throw new SourceUnavailable(`Go is not on PATH: ${fix}`);
  const { stdout } = await execa(go, ["env", "GOVERSION"], {
    cancelSignal: request.signal,
    env: { GOTOOLCHAIN: "local" },
    reject: false,
  });
  request.signal.throwIfAborted();
  // Release candidates such as go1.27rc1 are no semantic versions; their numbers are what counts.
  const version = semver.coerce(stdout);
  if (version === null || semver.lt(version, minimumGoVersion)) {
    throw new SourceUnavailable(`${go} is ${stdout.trim() || "of unknown version"}: ${fix}`);
  }
  return go;
}

async function runBuild(
  request: ToolRequest,
  goModule: GoModuleSpec,
  go: string,
  target: string,
): Promise<void> {
  const { spec, report, signal } = request;
  const estimate = formatSeconds(goModule.estimateSeconds);
  report(
    "build",
    `building ${spec.name} ${spec.version} from ${goModule.packagePath}, about ${estimate} with empty caches`,
  );
  let current = "";
  const build = execa(go, buildArguments(goModule, target), {
    cancelSignal: signal,
    cwd: goModule.directory,
    env: buildEnvironment(request),
    forceKillAfterDelay: FORCE_KILL_AFTER_MS,
    // An interrupted Go removes its temporary folder, a terminated one leaves it behind.
    killSignal: "SIGINT",
    reject: false,
    stderr: function* (line: unknown) {
      current = `, ${line}`;
      yield line;
    },
    stdin: "ignore",
  });
  const result = await tickWhile(
    (elapsedMs) =>
      report(
        "build",
        `building ${spec.name}: ${formatSeconds(elapsedMs / 1000)} of about ${estimate}${current}`,
      ),
    build,
  );
  signal.throwIfAborted();
  if (!result.failed) return;
  throw new SourceUnavailable(
    `go build ${goModule.packagePath} failed: ${quoteErrors(result.stderr, result.shortMessage)}`,
  );
}

function buildArguments(goModule: GoModuleSpec, target: string): string[] {
  const stamps = Object.entries(goModule.stamps).map(([variable, value]) => `-X ${variable}=${value}`);
  return [
    "build",
    "-v",
    "-trimpath",
    "-buildvcs=false",
    `-tags=${goModule.tags.join(",")}`,
    `-ldflags=${["-s", "-w", ...stamps].join(" ")}`,
    "-o",
    target,
    goModule.packagePath,
  ];
}

function buildEnvironment(request: ToolRequest): Record<string, string> {
  return {
    PATH: request.searchPath,
    GOTOOLCHAIN: "local",
    CGO_ENABLED: "0",
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    GOOS: request.platform.os,
    GOARCH: request.platform.arch,
  };
}

/** `-v` lists every compiled package on the same stream; what went wrong stands at its end. */
function quoteErrors(stderr: string, fallback: string | undefined): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !/^[\w./-]+$/.test(line));
  return lines.length === 0 ? (fallback ?? "no message") : lines.slice(-QUOTED_ERROR_LINES).join("\n      ");
}
