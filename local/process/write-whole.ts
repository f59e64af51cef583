import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";

/**
 * Writes a file in a folder that exists, for its owner alone where no other mode is given. A reader sees the old file or the new one, never a part, also
 * where several write at once or the writer is killed.
 */
export async function writeWhole(file: string, text: string, { mode = 0o600 } = {}): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(draft, text, { mode });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
