import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createEngine, type Engine, type EngineOptions } from "../../../local/engine/engine.ts";
import { defaultCacheDir } from "../../../local/toolchain/cache.ts";
import { resolveTool } from "../../../local/toolchain/resolve.ts";

const PROGRAMS = fileURLToPath(new URL("programs/", import.meta.url));

/** Shared by all tests, which would otherwise each compile the SDK anew. */
const COMPILE_CACHE = fileURLToPath(new URL("../../../node_modules/.cache/engine-tests", import.meta.url));

/** The stack that every test program has. */
export const STACK = "test";

/** A state folder of its own for one test, in which engines for the test programs can be opened again and again. */
export interface TemporaryEngine {
  readonly pulumiPath: string;
  readonly stateDir: string;
  /** An engine for `programs/<program>`, with the plugins of this repository. */
  open(program: string, options?: Partial<EngineOptions>): Promise<Engine>;
  /** Ends what still runs and removes the folder; to be called when the test ends. */
  remove(): Promise<void>;
}

export async function createTemporaryEngine(): Promise<TemporaryEngine> {
  const { path: pulumiPath } = await resolveTool("pulumi", { cacheDir: defaultCacheDir() });
  const stateDir = await mkdtemp(path.join(os.tmpdir(), "engine-"));
  const opened: Engine[] = [];
  return {
    pulumiPath,
    stateDir,
    async open(program, options) {
      const cloneDir = programDir(program);
      const engine = await createEngine({
        ...{ pulumiPath, stateDir, cloneDir, stack: STACK, plugins: "stand-ins" },
        ...options,
        env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...options?.env },
      });
      opened.push(engine);
      return engine;
    },
    async remove() {
      for (const engine of opened) await engine.cancel();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

/** Folder of a test program. */
export function programDir(program: string): string {
  return path.join(PROGRAMS, program);
}
