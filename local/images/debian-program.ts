import { DEBIAN_PATH } from "../toolchain/debian-packages.ts";
import { findExecutables } from "../toolchain/path-search.ts";

/**
 * Path of a program of a Debian package.
 *
 * @throws Error that names program, package and fix when it is not installed.
 */
export async function findDebianProgram(
  program: string,
  aptPackage: string,
  searchPath: string = DEBIAN_PATH,
): Promise<string> {
  const [file] = await findExecutables(program, searchPath);
  if (file !== undefined) return file;
  throw new Error(
    `${program} is not installed (looked in ${searchPath}); an image is composed from it. ` +
      `Install its package: apt-get install ${aptPackage}`,
  );
}
