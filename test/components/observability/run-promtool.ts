import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { defaultCacheDir } from "../../../local/toolchain/cache.ts";
import { resolveTool } from "../../../local/toolchain/resolve.ts";

/** One call of promtool with these files in its working folder; returns its exit code and all that it said. */
export async function runPromtool(
  args: readonly string[],
  files: Readonly<Record<string, unknown>>,
): Promise<{ exitCode: number | undefined; output: string }> {
  const { path: promtool } = await resolveTool("promtool", { cacheDir: defaultCacheDir() });
  const cwd = await mkdtemp(path.join(os.tmpdir(), "promtool-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(path.join(cwd, name), stringify(content, { aliasDuplicateObjects: false }));
    }
    const { exitCode, all } = await execa(promtool, args, { cwd, all: true, reject: false });
    return { exitCode, output: all };
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
