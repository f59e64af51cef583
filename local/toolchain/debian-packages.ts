import { execa } from "execa";
import { findExecutables } from "./path-search.ts";

/** A program that is used as Debian packages it. */
export interface DebianProgram {
  readonly program: string;
  readonly package: string;
  /** Folder that the package puts it into, where that is not on the search path. */
  readonly folder?: string;
}

export interface InstallOptions {
  /** Called before anything is installed, with what will be. */
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Where programs are looked for. Default: the folders that Debian's packages use. */
  readonly searchPath?: string;
}

/**
 * Where Debian's packages put their programs. A user's own `PATH` may lack the folders of the administrator's programs, or
 * hold others of the same names.
 */
export const DEBIAN_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
const QUOTED_ERROR_LINES = 4;

/** Another installation may be going on; seconds to wait for its end. */
const LOCK_TIMEOUT_SECONDS = 120;

/** The programs that are not installed. */
export async function missingPrograms(
  programs: readonly DebianProgram[],
  searchPath = DEBIAN_PATH,
): Promise<DebianProgram[]> {
  const found = await Promise.all(
    programs.map(({ program, folder }) => findExecutables(program, folder ?? searchPath)),
  );
  return programs.filter((_, index) => found[index]?.length === 0);
}

/**
 * Installs the packages of the programs that are missing, all in one go. Services of theirs are not started where the
 * system lets that be said (Debian's `RUNLEVEL`); nothing here uses them.
 *
 * @returns the packages that were installed
 * @throws Error with what apt-get said and the fix
 */
export async function ensureDebianPrograms(
  programs: readonly DebianProgram[],
  { onProgress, signal, searchPath = DEBIAN_PATH }: InstallOptions = {},
): Promise<string[]> {
  const missing = await missingPrograms(programs, searchPath);
  const packages = [...new Set(missing.map((each) => each.package))].sort();
  if (packages.length === 0) return [];
  const fix = `Install them as root: apt-get install ${packages.join(" ")}`;
  const [apt] = await findExecutables("apt-get", searchPath);
  if (apt === undefined) {
    throw new Error(
      `${missing.map(({ program }) => program).join(", ")} are missing and there is no apt-get. ${fix}`,
    );
  }
  onProgress?.(`installing the Debian packages ${packages.join(", ")}`);
  const steps = [["update"], ["install", "--yes", "--no-install-recommends", ...packages]];
  for (const step of steps) {
    const { failed, stderr } = await execa(
      apt,
      ["-o", `DPkg::Lock::Timeout=${LOCK_TIMEOUT_SECONDS}`, ...step],
      {
        ...(signal === undefined ? {} : { cancelSignal: signal }),
        env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
        reject: false,
        stdin: "ignore",
      },
    );
    signal?.throwIfAborted();
    if (!failed) continue;
    const said = stderr.trim().split("\n").slice(-QUOTED_ERROR_LINES).join("; ");
    throw new Error(`apt-get ${step.join(" ")} failed: ${said}. ${fix}`);
  }
  const stillMissing = await missingPrograms(missing, searchPath);
  if (stillMissing.length === 0) return packages;
  throw new Error(
    `${stillMissing.map((each) => `${each.program} (${each.package})`).join(", ")} are missing after their installation. ${fix}`,
  );
}
