import { bytesBlob, type ContentBlob, descriptorOf, jsonBlob } from "./blob.ts";
import { MANIFEST_MEDIA_TYPE } from "./oci-image.ts";
import type { LayoutPart } from "./oci-layout.ts";

/** One thing inside the image, in the words of CycloneDX. */
export interface SbomComponent {
  /** Unique within the document. */
  readonly "bom-ref": string;
  readonly type: "application" | "library" | "file";
  readonly name: string;
  readonly version?: string;
  /** Package URL: what scanners look up. */
  readonly purl?: string;
  readonly cpe?: string;
  readonly licenses?: readonly unknown[];
  readonly hashes?: readonly unknown[];
}

/** Which components a component needs, by `bom-ref`. */
export interface SbomDependency {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

/** Part of a bill of materials. */
export interface SbomPart {
  readonly components: readonly SbomComponent[];
  /** Of its components alone. Default: none needs another. */
  readonly dependencies?: readonly SbomDependency[];
}

const SBOM_MEDIA_TYPE = "application/vnd.cyclonedx+json";
const EMPTY_CONFIG = bytesBlob("application/vnd.oci.empty.v1+json", Buffer.from("{}"));

/**
 * Bill of materials of an image as CycloneDX 1.5 JSON. It bears neither serial number nor time stamp, both optional: the same
 * image gives the same bytes.
 */
export function buildSbom(name: string, manifestDigest: string, parts: readonly SbomPart[]): string {
  const ref = `pkg:oci/${name}@${encodeURIComponent(manifestDigest)}`;
  const components = parts
    .flatMap((part) => part.components)
    .toSorted((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1));
  const needed = new Map(
    parts.flatMap((part) => part.dependencies ?? []).map((entry) => [entry.ref, entry.dependsOn.toSorted()]),
  );
  const refs = components.map((component) => component["bom-ref"]);
  const document = {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      lifecycles: [{ phase: "build" }],
      component: { "bom-ref": ref, type: "container", name, version: manifestDigest, purl: ref },
    },
    components,
    dependencies: [
      { ref, dependsOn: refs },
      ...refs.map((component) => ({ ref: component, dependsOn: needed.get(component) ?? [] })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The document as an artifact that refers to the image, so that registries list it beside it. */
export function sbomPart(sbom: string, subject: ContentBlob): LayoutPart {
  const document = bytesBlob(SBOM_MEDIA_TYPE, Buffer.from(sbom));
  const manifest = jsonBlob(MANIFEST_MEDIA_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    artifactType: SBOM_MEDIA_TYPE,
    config: descriptorOf(EMPTY_CONFIG),
    layers: [descriptorOf(document)],
    subject: descriptorOf(subject),
  });
  return {
    entry: { ...descriptorOf(manifest), artifactType: SBOM_MEDIA_TYPE },
    blobs: [manifest, EMPTY_CONFIG, document],
  };
}
