import { type ContentBlob, type Descriptor, descriptorOf, jsonBlob } from "./blob.ts";
import type { OciImage } from "./oci-image.ts";
import type { TarEntry } from "./tar-stream.ts";

const INDEX_MEDIA_TYPE = "application/vnd.oci.image.index.v1+json";

/** containerd registers an imported image under exactly this name; without it, under none that a pod could use. */
const CONTAINERD_NAME = "io.containerd.image.name";

/** A manifest as the index of a layout lists it. */
interface IndexEntry extends Descriptor {
  readonly artifactType?: string;
  readonly platform?: OciImage["platform"];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest with everything below it. */
export interface LayoutPart {
  readonly entry: IndexEntry;
  readonly blobs: readonly ContentBlob[];
}

/** The image as a part of a layout, under the name that pods will call it by. */
export function imagePart(image: OciImage, reference: string): LayoutPart {
  return {
    entry: {
      ...descriptorOf(image.manifest),
      platform: image.platform,
      annotations: { [CONTAINERD_NAME]: reference },
    },
    blobs: [image.manifest, image.config, ...image.layers],
  };
}

/** Files of an OCI layout (image specification 1.1), as entries of one tar file. */
export function layoutEntries(parts: readonly LayoutPart[]): TarEntry[] {
  const blobs = new Map(parts.flatMap((part) => part.blobs).map((blob) => [blob.digest, blob]));
  const index = jsonBlob(INDEX_MEDIA_TYPE, {
    schemaVersion: 2,
    mediaType: INDEX_MEDIA_TYPE,
    manifests: parts.map((part) => part.entry),
  });
  return [
    file("oci-layout", jsonBlob("application/json", { imageLayoutVersion: "1.0.0" })),
    file("index.json", index),
    directory("blobs"),
    directory("blobs/sha256"),
    ...[...blobs.values()].map((blob) => file(`blobs/${blob.digest.replace(":", "/")}`, blob)),
  ];
}

function file(path: string, { size, content }: ContentBlob): TarEntry {
  return { type: "file", path, mode: 0o644, size, content };
}

function directory(path: string): TarEntry {
  return { type: "directory", path, mode: 0o755 };
}
