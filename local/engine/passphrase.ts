import { randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";

/** Makes the passphrase file (mode 0600) unless it exists: another passphrase could not read the existing state. */
export async function ensurePassphrase(file: string): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    await fs.writeFile(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
