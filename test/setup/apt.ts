import { ensureDebianPrograms } from "../../local/toolchain/debian-packages.ts";

/**
 * Makes sure that a program which only tests need is installed, and says so when it installs it.
 *
 * @throws Error that names the package when it is neither there nor can be installed.
 */
export async function ensureProgram(program: string, aptPackage: string): Promise<void> {
  await ensureDebianPrograms([{ program, package: aptPackage }], {
    onProgress: (text) => console.log(`${text} for the tests`),
  });
}
