import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { parseEnv } from "node:util";
import { execa } from "execa";
import type { SbomComponent, SbomPart } from "./sbom.ts";

/** An installed package of the machine. */
interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

const FIELDS = `${["Package", "Version", "Architecture"].map((field) => `\${${field}}`).join("\\t")}\\n`;

/**
 * Packages of this machine that hold the files. A file that no package claims, or any file where the machine has no dpkg,
 * stands for itself, by its SHA-256.
 */
export async function installedPackages(files: readonly string[], signal: AbortSignal): Promise<SbomPart> {
  const owners = parseOwners(await dpkgQuery(["--search", ...files.flatMap(spellings)], signal));
  const ownerOf = (file: string) =>
    spellings(file)
      .map((spelling) => owners.get(spelling))
      .find(Boolean);
  const packages = [...new Set(files.map(ownerOf).filter((owner) => owner !== undefined))];
  const [distribution, installed, unowned] = await Promise.all([
    readDistribution(),
    packages.length === 0 ? "" : dpkgQuery(["--show", `--showformat=${FIELDS}`, ...packages], signal),
    Promise.all(files.filter((file) => ownerOf(file) === undefined).map(fileComponent)),
  ]);
  const owned = parseInstalled(installed).map((entry) => packageComponent(entry, distribution));
  return { components: [...owned, ...unowned] };
}

/** Lines `package: /path`, with several packages separated by commas, of which the first is taken. */
export function parseOwners(text: string): Map<string, string> {
  const lines = text.matchAll(/^(?!diversion )([^\s,]+)(?:, \S+)*: (\/.+)$/gm);
  return new Map([...lines].map(([, owner = "", file = ""]) => [file, owner]));
}

function parseInstalled(text: string): InstalledPackage[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [name = "", version = "", architecture = ""] = line.split("\t");
    return { name, version, architecture };
  });
}

/** The loader finds `/usr/lib` under `/lib`; packages may have registered either. */
function spellings(file: string): string[] {
  return [file, path.posix.join("/usr", file)];
}

/** Fails when only some of the files are known, and where there is no dpkg: what it has printed counts. */
async function dpkgQuery(args: readonly string[], signal: AbortSignal): Promise<string> {
  const env = { LC_ALL: "C" };
  const result = await execa("dpkg-query", args, {
    cancelSignal: signal,
    env,
    reject: false,
    stdin: "ignore",
  });
  signal.throwIfAborted();
  return result.stdout ?? "";
}

/** Name and version of the distribution, such as `debian` and `12`. */
async function readDistribution(): Promise<{ readonly id: string; readonly version: string }> {
  const { ID = "debian", VERSION_ID = "" } = parseEnv(
    await readFile("/etc/os-release", "utf8").catch(() => ""),
  );
  return { id: ID, version: VERSION_ID };
}

function packageComponent(
  { name, version, architecture }: InstalledPackage,
  distribution: { readonly id: string; readonly version: string },
): SbomComponent {
  const qualifiers = `arch=${architecture}&distro=${distribution.id}-${distribution.version}`;
  const purl = `pkg:deb/${distribution.id}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?${qualifiers}`;
  return { "bom-ref": purl, type: "library", name, version, purl };
}

async function fileComponent(file: string): Promise<SbomComponent> {
  return { "bom-ref": `file:${file}`, type: "file", name: file, hashes: [await sha256Of(file)] };
}

/** Digest of a file as CycloneDX writes it. */
export async function sha256Of(file: string): Promise<{ readonly alg: "SHA-256"; readonly content: string }> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return { alg: "SHA-256", content: hash.digest("hex") };
}
