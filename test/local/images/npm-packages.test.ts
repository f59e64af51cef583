import { expect, test } from "vitest";
import { type NpmListing, productionPart } from "../../../local/images/npm-packages.ts";

function component(name: string, version = "1.0.0"): NpmListing["components"][number] {
  return { "bom-ref": `${name}@${version}`, name, version, purl: `pkg:npm/${name}@${version}` };
}

const listing: NpmListing = {
  components: [
    component("@claude-agents/agent-runtime"),
    component("server"),
    component("test-runner"),
    component("shared", "1.0.0"),
    component("shared", "2.0.0"),
    component("only-for-tests"),
  ],
  dependencies: [
    { ref: "@claude-agents/agent-runtime@1.0.0", dependsOn: ["server@1.0.0", "test-runner@1.0.0"] },
    { ref: "server@1.0.0", dependsOn: ["shared@2.0.0"] },
    { ref: "test-runner@1.0.0", dependsOn: ["shared@1.0.0", "only-for-tests@1.0.0"] },
    // Packages may need each other.
    { ref: "shared@2.0.0", dependsOn: ["server@1.0.0"] },
    { ref: "shared@1.0.0", dependsOn: [] },
    { ref: "only-for-tests@1.0.0", dependsOn: [] },
  ],
};
const manifest = {
  name: "@claude-agents/agent-runtime",
  version: "1.0.0",
  dependencies: { server: "1.0.0" },
};

test("what production dependencies need belongs to the image, each version by itself", () => {
  const { components } = productionPart(listing, manifest);

  expect(components.map((entry) => entry["bom-ref"])).toEqual(["server@1.0.0", "shared@2.0.0"]);
});

test("nothing depends on a package that is not listed", () => {
  const { components, dependencies } = productionPart(listing, manifest);

  const listed = components.map((entry) => entry["bom-ref"]);
  expect(dependencies?.map(({ ref }) => ref)).toEqual(listed);
  expect(listed).toEqual(expect.arrayContaining(dependencies?.flatMap(({ dependsOn }) => dependsOn) ?? []));
});

test("packages are called libraries and keep their purl", () => {
  const [server] = productionPart(listing, manifest).components;

  expect(server).toMatchObject({ type: "library", purl: "pkg:npm/server@1.0.0" });
});
