import { writeFile } from "node:fs/promises";
import path from "node:path";
import nodePackage from "node/package.json" with { type: "json" };
import { bundleRuntime } from "../../agent-runtime/bundle.ts";
import { withLock } from "../toolchain/cache-lock.ts";
import { publishArchive } from "./archive.ts";
import { type Descriptor, descriptorOf } from "./blob.ts";
import { referenceOf } from "./compose.ts";
import { installedPackages, sha256Of } from "./installed-packages.ts";
import { npmPackages } from "./npm-packages.ts";
import { buildImage } from "./oci-image.ts";
import { imagePart, layoutEntries } from "./oci-layout.ts";
import { sharedLibrariesOf } from "./programs.ts";
import { agentRuntimeImage, NODE_PROGRAM } from "./recipes.ts";
import { buildSbom, type SbomPart, sbomPart } from "./sbom.ts";

/** Where `npm run image` writes. */
export const RELEASE_FOLDER = path.join(import.meta.dirname, "../../dist/image");

/** The image of the runtime as it is released: with its bill of materials, in one OCI layout. */
export interface ReleaseImage {
  readonly name: string;
  /** Name of the image within this machine. */
  readonly reference: string;
  /** Digest of the image's manifest. It stays the same in every registry. */
  readonly digest: string;
  /** OCI layout as one tar file. */
  readonly archive: string;
  readonly bytes: number;
  /** From the lowest to the highest. */
  readonly layers: readonly Descriptor[];
  readonly sbom: {
    /** The CycloneDX document, also part of the layout. */
    readonly file: string;
    /** Digest of the artifact that carries it. */
    readonly digest: string;
    readonly components: number;
  };
}

/** Bundles the runtime and composes its release. The same sources on the same machine give the same bytes. */
export async function composeRelease(folder: string, signal: AbortSignal): Promise<ReleaseImage> {
  const lock = { signal, onWait: () => undefined };
  return withLock(path.join(folder, "release.lock"), lock, (held) => composeInto(folder, held));
}

async function composeInto(folder: string, signal: AbortSignal): Promise<ReleaseImage> {
  const bundle = await bundleRuntime(path.join(folder, "main.mjs"));
  const recipe = await agentRuntimeImage(bundle.path);
  const [image, contents] = await Promise.all([buildImage(recipe, signal), listContents(signal)]);
  const { digest } = image.manifest;
  const reference = referenceOf(recipe, image);
  const sbom = buildSbom(recipe.name, digest, contents);
  const referrer = sbomPart(sbom, image.manifest);
  const sbomFile = path.join(folder, `${recipe.name}.cdx.json`);
  const archive = path.join(folder, `${recipe.name}.tar`);
  await writeFile(sbomFile, sbom);
  const bytes = await publishArchive(archive, layoutEntries([imagePart(image, reference), referrer]), signal);
  return {
    name: recipe.name,
    reference,
    digest,
    archive,
    bytes,
    layers: image.layers.map(descriptorOf),
    sbom: {
      file: sbomFile,
      digest: referrer.entry.digest,
      components: contents.flatMap((part) => part.components).length,
    },
  };
}

/** Everything in the image that was not written in this repository. */
async function listContents(signal: AbortSignal): Promise<SbomPart[]> {
  const libraries = await sharedLibrariesOf(NODE_PROGRAM, signal);
  return Promise.all([nodePart(), installedPackages(libraries, signal), npmPackages(signal)]);
}

async function nodePart(): Promise<SbomPart> {
  const { version } = nodePackage;
  const purl = `pkg:generic/node@${version}`;
  const cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`;
  const licenses = [{ license: { id: "MIT" } }];
  const hashes = [await sha256Of(NODE_PROGRAM)];
  return {
    components: [
      { "bom-ref": purl, type: "application", name: "node", version, purl, cpe, licenses, hashes },
    ],
  };
}
