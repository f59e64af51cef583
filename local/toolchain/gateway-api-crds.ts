import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { withLock } from "./cache-lock.ts";
import { fetchFile } from "./download.ts";
import { requireGo } from "./go-build.ts";
import { createReport } from "./progress.ts";
import type { ResolveOptions } from "./resolve.ts";
import { type ResolvedTool, SourceUnavailable, type ToolRequest } from "./tool-request.ts";

/** A release of the Gateway API: the file that installs the CRDs of its standard channel. */
export interface GatewayApiRelease {
  readonly version: string;
  readonly url: string;
  /** Of the release's file, and of the same file composed from the Go module. */
  readonly sha256: string;
  /** Wrapper module whose `go.sum` pins the Go module. */
  readonly moduleDirectory: string;
  /** Year that the release's script has put into the header. */
  readonly year: number;
}

/** The one that Traefik is built against. The project states no checksum; Kubespray 2.31 pins the same one. */
export const GATEWAY_API: GatewayApiRelease = {
  version: "1.4.0",
  url: "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.0/standard-install.yaml",
  sha256: "6a4029e661446d64add866a00ecdc40c14219b68777ab614c5cdaac0adb481f1",
  moduleDirectory: path.join(import.meta.dirname, "modules", "gateway-api"),
  year: 2025,
};

/** The CRDs could be had nowhere. The message says what was tried and what to do. */
export class GatewayApiUnavailableError extends Error {
  override readonly name = "GatewayApiUnavailableError";
}

type Request = Pick<ToolRequest, "searchPath" | "report" | "signal">;

/**
 * Obtains the CRDs of the Gateway API as one file for `kubectl apply`: from the cache, else by its official download, else
 * from the Go module, which gives the same bytes.
 *
 * @throws GatewayApiUnavailableError
 */
export async function obtainGatewayApiCrds(
  options: Omit<ResolveOptions, "sources">,
  release: GatewayApiRelease = GATEWAY_API,
): Promise<ResolvedTool> {
  const report = createReport(NAME, options.onProgress);
  const searchPath = options.searchPath ?? process.env["PATH"] ?? "";
  const file = path.join(options.cacheDir, NAME, release.version, "standard-install.yaml");
  const found = (source: ResolvedTool["source"]) => ({
    name: NAME,
    path: file,
    version: release.version,
    source,
  });
  return await withLock(
    `${path.dirname(file)}.lock`,
    {
      signal: options.signal ?? new AbortController().signal,
      onWait: () => report("wait", "another process is obtaining the CRDs; waiting for it"),
    },
    async (signal) => {
      if ((await sha256Of(file)) === release.sha256) return found("cache");
      return found(await fill(file, release, { searchPath, report, signal }));
    },
  );
}

const NAME = "gateway-api";

const WAYS = [
  { source: "download", title: "official download", obtain: download },
  { source: "go-module", title: "from its Go module", obtain: composeFromModule },
] as const;

async function fill(
  file: string,
  release: GatewayApiRelease,
  request: Request,
): Promise<ResolvedTool["source"]> {
  const partial = `${file}.partial`;
  const tried: string[] = [];
  await mkdir(path.dirname(file), { recursive: true });
  try {
    for (const { source, title, obtain } of WAYS) {
      try {
        await obtain(partial, release, request);
        await rename(partial, file);
        return source;
      } catch (error) {
        if (!(error instanceof SourceUnavailable)) throw error;
        request.report("download", `not possible: ${error.message}`);
        tried.push(`  - ${title}: ${error.message}`);
      }
    }
  } finally {
    await rm(partial, { force: true });
  }
  throw new GatewayApiUnavailableError(
    [
      `The CRDs of the Gateway API ${release.version} could not be obtained. Tried:`,
      ...tried,
      "To fix: give this machine access to github.com or to a Go module proxy (GOPROXY), or go without: npm run up -- --no-gateway",
    ].join("\n"),
  );
}

async function download(target: string, { url, sha256 }: GatewayApiRelease, request: Request): Promise<void> {
  await fetchFile(request, url, target, { algorithm: "sha256", expected: sha256 });
}

/** Does what the project's `hack/build-install-yaml.sh` does. */
async function composeFromModule(
  target: string,
  release: GatewayApiRelease,
  request: Request,
): Promise<void> {
  const module = await downloadModule(release, request);
  const folder = "config/crd/standard";
  const names = (await readdir(path.join(module, folder)))
    .filter((name) => name.startsWith("gateway"))
    .sort();
  const licence = await readFile(path.join(module, "hack/boilerplate/boilerplate.sh.txt"), "utf8");
  const header = `${licence.replaceAll("YEAR", String(release.year))}#\n# Gateway API Standard channel install\n#\n`;
  const parts = names.map(async (name) => {
    const text = await readFile(path.join(module, folder, name), "utf8");
    return `---\n#\n# ${folder}/${name}\n#\n${text}`;
  });
  await writeFile(target, header + (await Promise.all(parts)).join(""));
  const actual = await sha256Of(target);
  if (actual !== release.sha256) {
    throw new SourceUnavailable(`the module's files give the checksum ${actual}, wanted ${release.sha256}`);
  }
}

/** Go compares what it gets with `go.sum`. */
async function downloadModule({ moduleDirectory }: GatewayApiRelease, request: Request): Promise<string> {
  const go = await requireGo(request);
  request.report("download", "asking the Go module proxy for sigs.k8s.io/gateway-api");
  const result = await execa(go, ["mod", "download", "-json", "sigs.k8s.io/gateway-api"], {
    cancelSignal: request.signal,
    cwd: moduleDirectory,
    env: { PATH: request.searchPath, GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly", GOWORK: "off" },
    reject: false,
    stdin: "ignore",
  });
  request.signal.throwIfAborted();
  if (!result.failed) return moduleSchema.parse(JSON.parse(result.stdout)).Dir;
  throw new SourceUnavailable(`go mod download failed: ${result.stderr?.trim() || result.shortMessage}`);
}

const moduleSchema = z.object({ Dir: z.string() });

async function sha256Of(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes && createHash("sha256").update(bytes).digest("hex");
}
