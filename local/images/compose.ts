import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { withLock } from "../toolchain/cache-lock.ts";
import { publishArchive } from "./archive.ts";
import { buildImage, type OciImage } from "./oci-image.ts";
import { imagePart, layoutEntries } from "./oci-layout.ts";
import type { ImageRecipe } from "./recipe.ts";

/** A composed image. */
export interface ComposedImage {
  readonly name: string;
  /** `repository@sha256:<manifest digest>`, as manifests carry it. */
  readonly reference: string;
  /** Digest of the manifest: `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** OCI layout as one tar file, which `ctr images import` takes. */
  readonly archive: string;
  /** Size of the archive. */
  readonly bytes: number;
}

export interface ComposeOptions {
  /** Ends the work early. Default: never. */
  readonly signal?: AbortSignal;
}

/** A name that no registry answers to, so that nobody pulls it by mistake. */
const LOCAL_REPOSITORY = "claude-agents.local";

/**
 * Composes an image from files of this machine, without a container engine, a registry or root. The same files give the
 * same bytes.
 *
 * The archive in `folder` is named after its content: one that is there and sound is used as it is, those of earlier content
 * are removed.
 *
 * @throws Error when a file of the recipe is missing or changes meanwhile, or the machine is no Linux.
 */
export async function composeImage(
  recipe: ImageRecipe,
  folder: string,
  options: ComposeOptions = {},
): Promise<ComposedImage> {
  const image = await buildImage(recipe, options.signal);
  const { digest } = image.manifest;
  const reference = referenceOf(recipe, image);
  const archive = path.join(folder, `${recipe.name}-${digest.slice("sha256:".length)}.tar`);
  const bytes = await withLock(
    path.join(folder, `${recipe.name}.lock`),
    { signal: options.signal ?? new AbortController().signal, onWait: () => undefined },
    async (signal) => {
      const size = await publishArchive(archive, layoutEntries([imagePart(image, reference)]), signal);
      await removeOthers(recipe.name, archive);
      return size;
    },
  );
  return { name: recipe.name, reference, digest, archive, bytes };
}

/** Name of the image within this machine. */
export function referenceOf({ name }: ImageRecipe, { manifest }: OciImage): string {
  return `${LOCAL_REPOSITORY}/${name}@${manifest.digest}`;
}

/** Removes archives of the same name with other content, and what a killed process left half-written. */
async function removeOthers(name: string, archive: string): Promise<void> {
  const folder = path.dirname(archive);
  const suffix = /^-[0-9a-f]{64}\.tar(\.partial)?$/;
  const others = (await readdir(folder)).filter(
    (file) =>
      file.startsWith(name) && suffix.test(file.slice(name.length)) && file !== path.basename(archive),
  );
  await Promise.all(others.map((file) => rm(path.join(folder, file), { force: true })));
}
