import { createHash } from "node:crypto";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { withLock } from "../../local/toolchain/cache-lock.ts";
import {
  DEBIAN_PATH,
  type DebianProgram,
  ensureDebianPrograms,
} from "../../local/toolchain/debian-packages.ts";
import { findExecutables } from "../../local/toolchain/path-search.ts";

/** Where the tests of Python clients are, with the list of what they run with. */
export const PYTHON_TESTS_FOLDER = path.join(import.meta.dirname, "../agent-runtime/sdk/python");

/** Debian's python3 makes environments but puts no pip into them without a package that has no program to look for. */
const PROGRAMS: readonly DebianProgram[] = [
  { program: "python3", package: "python3" },
  { program: "pip3", package: "python3-pip" },
];

/**
 * Makes a Python environment in the cache with exactly what `requirements.txt` lists, unless there is one.
 *
 * @returns its interpreter
 * @throws Error with what pip said
 */
export async function obtainPythonClients(onProgress: (text: string) => void): Promise<string> {
  await ensureDebianPrograms(PROGRAMS, { onProgress });
  const python = await programOf("python3");
  const requirements = path.join(PYTHON_TESTS_FOLDER, "requirements.txt");
  const { stdout: version } = await execa(python, ["--version"]);
  const key = createHash("sha256")
    .update(version)
    .update(await readFile(requirements))
    .digest("hex");
  const folder = path.join(defaultCacheDir(), "python-clients", key.slice(0, 16));
  const waiting = {
    signal: AbortSignal.timeout(WAIT_MS),
    onWait: () => onProgress("waiting for another process that installs the Python clients"),
  };
  await withLock(`${folder}.lock`, waiting, async (signal) => {
    // Written last: without it the environment is what a process left that was ended in the middle.
    const complete = path.join(folder, "complete");
    if (await isThere(complete)) return;
    onProgress("installing the Python clients");
    await rm(folder, { recursive: true, force: true });
    await execa(python, ["-m", "venv", "--without-pip", folder], { cancelSignal: signal });
    const install = [
      "install",
      "--require-hashes",
      "--only-binary",
      ":all:",
      "--no-input",
      "-r",
      requirements,
    ];
    await execa(await programOf("pip3"), ["--python", interpreterOf(folder), ...install], {
      cancelSignal: signal,
      stdin: "ignore",
    });
    await writeFile(complete, "");
  });
  return interpreterOf(folder);
}

const WAIT_MS = 10 * 60_000;

const interpreterOf = (folder: string) => path.join(folder, "bin", "python3");

async function programOf(name: string): Promise<string> {
  const [program] = await findExecutables(name, DEBIAN_PATH);
  if (program === undefined) throw new Error(`There is no ${name} in ${DEBIAN_PATH}.`);
  return program;
}

const isThere = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );
