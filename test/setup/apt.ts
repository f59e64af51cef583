import { execFileSync } from "node:child_process";

/**
 * Makes sure that a program which only tests need is installed, and says so when it installs it.
 *
 * @throws Error that names the package when it is neither there nor can be installed.
 */
export function ensureProgram(program: string, aptPackage: string): void {
  if (isOnPath(program)) return;
  console.log(`${program} is not installed: installing the Debian package ${aptPackage} for the tests`);
  try {
    // A fresh machine has no package lists yet.
    execFileSync("apt-get", ["update"], { stdio: "pipe" });
    execFileSync("apt-get", ["install", "-y", "--no-install-recommends", aptPackage], { stdio: "pipe" });
  } catch (cause) {
    throw new Error(`${program} is needed by a test. Install it: apt-get install ${aptPackage}`, { cause });
  }
}

function isOnPath(program: string): boolean {
  try {
    execFileSync("sh", ["-c", 'command -v "$1"', "sh", program], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}
