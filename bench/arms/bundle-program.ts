import path from "node:path";
import { build } from "esbuild";

/** Bundles a program of the bench the way the gateway is bundled, so that both start and use memory alike. */
export async function bundleProgram(entryFile: string, outFile: string): Promise<void> {
  await build({
    entryPoints: [path.resolve(import.meta.dirname, entryFile)],
    outfile: outFile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    legalComments: "none",
    logLevel: "warning",
    define: { "process.env.NODE_ENV": '"production"' },
  });
}
