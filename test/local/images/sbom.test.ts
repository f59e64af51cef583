import { expect, test } from "vitest";
import { descriptorOf, jsonBlob } from "../../../local/images/blob.ts";
import { buildSbom, type SbomPart, sbomPart } from "../../../local/images/sbom.ts";
import { collect } from "./open-archive.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const IMAGE = `pkg:oci/gadget@sha256%3A${"a".repeat(64)}`;

const npm: SbomPart = {
  components: [
    { "bom-ref": "b@1.0.0", type: "library", name: "b", version: "1.0.0", purl: "pkg:npm/b@1.0.0" },
    { "bom-ref": "a@1.0.0", type: "library", name: "a", version: "1.0.0", purl: "pkg:npm/a@1.0.0" },
  ],
  dependencies: [
    { ref: "b@1.0.0", dependsOn: [] },
    { ref: "a@1.0.0", dependsOn: ["b@1.0.0"] },
  ],
};
const node: SbomPart = {
  components: [
    { "bom-ref": "pkg:generic/node@24.0.0", type: "application", name: "node", version: "24.0.0" },
  ],
};

test("a bill of materials is about the image, by its digest", () => {
  const { bomFormat, specVersion, metadata } = JSON.parse(buildSbom("gadget", DIGEST, [npm, node]));

  expect({ bomFormat, specVersion }).toEqual({ bomFormat: "CycloneDX", specVersion: "1.5" });
  expect(metadata.component).toEqual({
    "bom-ref": IMAGE,
    type: "container",
    name: "gadget",
    version: DIGEST,
    purl: IMAGE,
  });
});

test("components are sorted and every one of them says what it needs", () => {
  const { components, dependencies } = JSON.parse(buildSbom("gadget", DIGEST, [npm, node]));

  expect(components.map((component: { name: string }) => component.name)).toEqual(["a", "b", "node"]);
  expect(dependencies).toEqual([
    { ref: IMAGE, dependsOn: ["a@1.0.0", "b@1.0.0", "pkg:generic/node@24.0.0"] },
    { ref: "a@1.0.0", dependsOn: ["b@1.0.0"] },
    { ref: "b@1.0.0", dependsOn: [] },
    { ref: "pkg:generic/node@24.0.0", dependsOn: [] },
  ]);
});

test("the order in which parts and components were found leaves no trace", () => {
  const reversed: SbomPart = {
    components: npm.components.toReversed(),
    dependencies: npm.dependencies?.toReversed() ?? [],
  };

  expect(buildSbom("gadget", DIGEST, [node, reversed])).toBe(buildSbom("gadget", DIGEST, [npm, node]));
});

test("in a layout the document is an artifact that refers to the image", async () => {
  const subject = jsonBlob("application/vnd.oci.image.manifest.v1+json", { schemaVersion: 2 });
  const { entry, blobs } = sbomPart("{}\n", subject);
  const [manifest, , document] = blobs;

  const {
    artifactType,
    subject: referred,
    layers,
  } = JSON.parse(`${await collect(manifest?.content() ?? none())}`);
  expect(artifactType).toBe("application/vnd.cyclonedx+json");
  expect(referred).toEqual(descriptorOf(subject));
  expect(layers).toEqual([{ mediaType: artifactType, digest: document?.digest, size: 3 }]);
  expect(entry).toMatchObject({ artifactType, digest: manifest?.digest });
});

async function* none(): AsyncGenerator<Uint8Array> {}
