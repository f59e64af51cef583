import { randomUUID } from "node:crypto";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** The folder of the pack, which `pulumi preview --policy-pack <folder>` takes once the bundle is in its `dist`. */
export const PACK_FOLDER = import.meta.dirname;

/**
 * Bundles the pack into one CommonJS file: the engine's launcher cannot load an ES-module TypeScript entry.
 * The policy SDK stays outside and is found from the pack's folder; esbuild finishes in well under a second.
 * @param outDir where `index.cjs` is written, made if it is missing; `dist` of the pack by default
 * @returns the path of the bundle
 */
export async function bundlePolicies(outDir: string = join(PACK_FOLDER, "dist")): Promise<string> {
  const outfile = join(outDir, "index.cjs");
  // Under another name at first: a pack that starts meanwhile must not read half a file.
  const draft = `${outfile}.${randomUUID()}`;
  await mkdir(outDir, { recursive: true });
  await build({
    entryPoints: [join(PACK_FOLDER, "index.ts")],
    outfile: draft,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    external: ["@pulumi/policy"],
    logLevel: "silent",
  });
  await rename(draft, outfile);
  return outfile;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(await bundlePolicies());
