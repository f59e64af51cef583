import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

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

export interface Bundle {
  readonly path: string;
  /** Lower-case hexadecimal SHA-256 of the file. */
  readonly sha256: string;
}

/**
 * Bundles the runtime with all it needs, model data included, into one file that plain Node runs.
 * The same sources give the same bytes.
 */
export async function bundleRuntime(outFile: string = DEFAULT_OUT_FILE): Promise<Bundle> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/main.ts"],
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "esm",
    banner: { js: REQUIRE_BANNER },
    legalComments: "none",
    logLevel: "warning",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error("esbuild made no output for agent-runtime/src/main.ts");
  await mkdir(dirname(outFile), { recursive: true });
  await writeFile(outFile, output.contents);
  return { path: resolve(outFile), sha256: createHash("sha256").update(output.contents).digest("hex") };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { path, sha256 } = await bundleRuntime();
  console.log(`${path} sha256:${sha256}`);
}
