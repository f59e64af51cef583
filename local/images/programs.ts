import { open } from "node:fs/promises";
import { execa } from "execa";

const ELF_MAGIC = Buffer.from("\x7fELF", "latin1");

/**
 * Shared libraries and loader of a program, at the paths at which it looks for them; none for a static one.
 *
 * Libraries that a program only opens while it runs are not among them; the C library's name services are part of it since
 * glibc 2.34.
 *
 * @throws Error when the file is no ELF program or one of its libraries is not installed.
 */
export async function sharedLibrariesOf(file: string, signal?: AbortSignal): Promise<string[]> {
  if (!(await isElf(file))) {
    throw new Error(
      `${file} is no ELF program. An image holds those of Linux, no scripts and none of other systems.`,
    );
  }
  const listing = await execa("ldd", [file], {
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    env: { LC_ALL: "C" },
    reject: false,
    stdin: "ignore",
  });
  signal?.throwIfAborted();
  const { stdout = "", stderr = "" } = listing;
  if (/not a dynamic executable|statically linked/.test(`${stdout}${stderr}`)) return [];
  const libraries = parseLibraries(stdout, file);
  if (listing.failed) throw new Error(`The libraries of ${file} cannot be listed: ${listing.shortMessage}`);
  return libraries;
}

/** Paths in the output of `ldd`: `name => /path (address)`, or `/path (address)` for the loader. */
export function parseLibraries(listing: string, file: string): string[] {
  const missing = /^\s*(\S+) => not found/m.exec(listing)?.[1];
  if (missing !== undefined) {
    throw new Error(
      `${file} needs ${missing}, which this machine does not have. Install the package that holds it.`,
    );
  }
  const paths = [...listing.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/gm)].map(
    ([, library = ""]) => library,
  );
  return [...new Set(paths)].toSorted();
}

/**
 * Files of a layer that holds these programs, given by path in the image, with everything they need to be loaded.
 *
 * @throws Error as `sharedLibrariesOf` does.
 */
export async function programFiles(
  programs: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const libraries = new Set<string>();
  for (const file of new Set(Object.values(programs))) {
    for (const library of await sharedLibrariesOf(file, signal)) libraries.add(library);
  }
  return { ...Object.fromEntries([...libraries].map((library) => [library, library])), ...programs };
}

async function isElf(file: string): Promise<boolean> {
  await using handle = await open(file).catch((cause) => {
    throw new Error(`The program ${file}, which an image is to hold, cannot be read.`, { cause });
  });
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(ELF_MAGIC.length));
  return buffer.subarray(0, bytesRead).equals(ELF_MAGIC);
}
