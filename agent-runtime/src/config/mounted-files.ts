import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, type ConfigFault } from "./config-error.ts";

/** A file of the mounted folder. */
export interface MountedFile {
  readonly name: string;
  readonly text: string;
}

/** A ConfigMap holds no more. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads the files of a folder whose names match, in the order of their names. An absent folder has none, and neither is a
 * file that vanishes while it is being read one: the event of its removal will have the folder read again.
 *
 * @throws {ConfigError} naming every file that cannot be read, is larger than 1 MiB or is not UTF-8.
 */
export function readMountedFiles(folder: string, matches: (name: string) => boolean): readonly MountedFile[] {
  const faults: ConfigFault[] = [];
  const files: MountedFile[] = [];
  for (const name of listFolder(folder).filter(matches).sort()) {
    try {
      files.push({ name, text: readText(join(folder, name)) });
    } catch (thrown) {
      if (!isAbsence(thrown)) faults.push({ path: name, allowed: whyUnreadable(thrown) });
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return files;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (isAbsence(thrown)) return [];
    throw new ConfigError([{ path: folder, allowed: whyUnreadable(thrown) }]);
  }
}

function readText(path: string): string {
  const { size } = statSync(path);
  if (size > MAX_FILE_BYTES) throw new RangeError(`it has ${size} bytes; at most ${MAX_FILE_BYTES} are read`);
  return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : undefined;
}

const isAbsence = (thrown: unknown) => codeOf(thrown) === "ENOENT";

function whyUnreadable(thrown: unknown): string {
  if (thrown instanceof RangeError) return thrown.message;
  const code = codeOf(thrown);
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "it is not valid UTF-8";
  return `it cannot be read (${code ?? "unknown reason"})`;
}
