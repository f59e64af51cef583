import { z } from "zod";
import type { DownloadSpec } from "./tools.ts";

const DIGEST_LENGTH = { sha256: 64, sha512: 128 } as const;

const githubReleaseSchema = z.object({
  assets: z.array(z.object({ name: z.string(), digest: z.string().nullish() })),
});

/** Finds the digest of the file called `fileName` in what a publisher states, in lower case; `undefined` if absent. */
export function parseChecksum(
  text: string,
  checksum: Pick<DownloadSpec["checksum"], "algorithm" | "format">,
  fileName: string,
): string | undefined {
  const digest = findDigest(text, checksum, fileName)?.toLowerCase();
  const shape = new RegExp(`^[0-9a-f]{${DIGEST_LENGTH[checksum.algorithm]}}$`);
  return digest !== undefined && shape.test(digest) ? digest : undefined;
}

function findDigest(
  text: string,
  checksum: Pick<DownloadSpec["checksum"], "algorithm" | "format">,
  fileName: string,
): string | undefined {
  switch (checksum.format) {
    case "single":
      return text.trim().split(/\s+/)[0];
    case "list":
      return text
        .split("\n")
        .map((line) => line.trim().split(/\s+\*?/))
        .find(([, name]) => name === fileName)?.[0];
    case "github-release":
      return findGithubDigest(text, `${checksum.algorithm}:`, fileName);
  }
}

function findGithubDigest(text: string, prefix: string, fileName: string): string | undefined {
  const release = githubReleaseSchema.safeParse(parseJson(text));
  const digest = release.data?.assets.find((asset) => asset.name === fileName)?.digest;
  return digest?.startsWith(prefix) === true ? digest.slice(prefix.length) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
