import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, zstdCompressSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { readCedarWasm, readDefaultPolicies } from "./src/auth/cedar-assets.ts";

const ROOT = import.meta.dirname;

/** Where `npm run build` puts the bundle. */
const DEFAULT_OUT_FILE = join(ROOT, "dist", "main.mjs");

/** CommonJS packages inside the bundle still call `require` for Node's own modules. */
const REQUIRE_BANNER = [
  'import { createRequire as __createRequire } from "node:module";',
  'import { dirname as __pathDirname } from "node:path";',
  "const require = __createRequire(import.meta.url);",
  "const __filename = import.meta.filename;",
  "const __dirname = __pathDirname(__filename);",
].join("\n");

/** 4.3 MB of WebAssembly become 1.2 MB in a quarter of a second, and are unpacked in 10 ms. */
const ZSTD_LEVEL = 9;

/** The module that reads Cedar's files becomes one that holds them. */
const cedarAssets: Plugin = {
  name: "cedar-assets",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]auth[\\/]cedar-assets\.ts$/ }, () => ({ contents: heldAssets() })),
};

function heldAssets(): string {
  const params = { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL };
  const packedWasm = zstdCompressSync(readCedarWasm(), { params }).toString("base64");
  return [
    'import { zstdDecompressSync } from "node:zlib";',
    `const packedWasm = ${JSON.stringify(packedWasm)};`,
    'export const readCedarWasm = () => zstdDecompressSync(Buffer.from(packedWasm, "base64"));',
    `export const readDefaultPolicies = () => ${JSON.stringify(readDefaultPolicies())};`,
  ].join("\n");
}

export interface Bundle {
  readonly path: string;
  /** Lower-case hexadecimal SHA-256 of the file. */
  readonly sha256: string;
}

/**
 * Bundles the runtime with all it needs, model data and Cedar included, into one file that plain Node runs.
 * The same sources give the same bytes.
 *
 * @param entryFile the program; the runtime's own unless a part of it is to be tried alone.
 */
export async function bundleRuntime(
  outFile: string = DEFAULT_OUT_FILE,
  entryFile: string = join(ROOT, "src", "main.ts"),
): Promise<Bundle> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entryFile],
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "esm",
    banner: { js: REQUIRE_BANNER },
    legalComments: "none",
    // Fewer bytes to parse at every start. Names stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: "warning",
    plugins: [cedarAssets],
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made no output for ${entryFile}`);
  await mkdir(dirname(outFile), { recursive: true });
  await writeFile(outFile, output.contents);
  return { path: resolve(outFile), sha256: createHash("sha256").update(output.contents).digest("hex") };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { path, sha256 } = await bundleRuntime();
  console.log(`${path} sha256:${sha256}`);
}
