import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished, vi } from "vitest";
import type { ToolProgress } from "../../../local/toolchain/progress.ts";
import type { ResolveOptions } from "../../../local/toolchain/resolve.ts";
import { writeProgram } from "./gadget.ts";

// Every test with a sandbox starts programs, which can take seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** A folder of its own with a search path and a cache, gone after the test. */
export interface Sandbox {
  readonly directory: string;
  /** The only folder on the search path. */
  readonly binaries: string;
  readonly options: ResolveOptions;
  /** Messages reported so far, as `phase: message`. */
  readonly messages: readonly string[];
  addProgram(name: string, script: string): Promise<string>;
  /** Builds that the stand-in for Go has run, one a line. */
  builds(): Promise<string[]>;
}

export async function openSandbox(): Promise<Sandbox> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "toolchain-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const binaries = path.join(directory, "bin");
  const messages: string[] = [];
  const onProgress = (event: ToolProgress) => messages.push(`${event.phase}: ${event.message}`);
  return {
    directory,
    binaries,
    messages,
    options: { cacheDir: path.join(directory, "cache"), searchPath: binaries, onProgress },
    addProgram: (name, script) => writeProgram(path.join(binaries, name), script),
    builds: () => readLines(path.join(binaries, "go.log")),
  };
}

async function readLines(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}
