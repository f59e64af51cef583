import { execa } from "execa";
import type { PushTarget } from "./push-target.ts";
import type { ReleaseImage } from "./release.ts";

export interface PushOptions {
  /** Path of the `oras` program. */
  readonly oras: string;
  /** Version that the image is tagged with, followed by a part of its digest. */
  readonly version: string;
  readonly signal: AbortSignal;
}

/** What a registry now has. */
export interface PushedImage {
  /** `repository@sha256:…`, to be written into the configuration. */
  readonly reference: string;
  /** The tag that keeps the registry from clearing the image away. It never moves to another image. */
  readonly tag: string;
  /** The bill of materials, which refers to the image. */
  readonly sbom: string;
}

const DIGEST_CHARACTERS_IN_TAG = 12;
const QUOTED_ERROR_LINES = 4;

/**
 * Pushes the image and the artifacts that refer to it, with the credentials that `docker login`, `podman login` or
 * `oras login` have stored.
 *
 * @throws Error when the registry cannot be reached or refuses.
 */
export async function pushRelease(
  release: ReleaseImage,
  { repository, plainHttp }: PushTarget,
  { oras, version, signal }: PushOptions,
): Promise<PushedImage> {
  const tag = `${version}-${release.digest.slice("sha256:".length).slice(0, DIGEST_CHARACTERS_IN_TAG)}`;
  const source = `${release.archive}@${release.digest}`;
  const target = `${repository}:${tag}`;
  const flags = ["--recursive", "--no-tty", "--from-oci-layout", ...(plainHttp ? ["--to-plain-http"] : [])];
  const copy = await execa(oras, ["cp", ...flags, source, target], {
    cancelSignal: signal,
    reject: false,
    stdin: "ignore",
  });
  signal.throwIfAborted();
  if (copy.failed) throw new Error(refusal(target, copy.stderr || copy.shortMessage || "no message"));
  return {
    reference: `${repository}@${release.digest}`,
    tag,
    sbom: `${repository}@${release.sbom.digest}`,
  };
}

function refusal(target: string, said: string): string {
  const lines = said.trim().split("\n").slice(-QUOTED_ERROR_LINES).join("; ");
  const host = target.split("/")[0];
  return `${target} could not be pushed: ${lines}. Check the address, and log in with \`docker login ${host}\` if it asks for it.`;
}
