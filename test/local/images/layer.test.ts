import { chmod, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { buildLayer, layerEntries } from "../../../local/images/layer.ts";
import type { LayerRecipe } from "../../../local/images/recipe.ts";
import { collect, readTar } from "./open-archive.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function pathsAndModes(recipe: LayerRecipe): Promise<string[]> {
  return (await layerEntries(recipe)).map(({ path, mode }) => `${path} ${mode.toString(8)}`);
}

test("folders are made on the way to every path and come before what lies in them", async () => {
  const texts = { "/usr/lib/x/b": "", "/etc/passwd": "", "/usr/lib/a": "" };

  expect(await pathsAndModes({ texts })).toEqual([
    "etc 755",
    "etc/passwd 644",
    "usr 755",
    "usr/lib 755",
    "usr/lib/a 644",
    "usr/lib/x 755",
    "usr/lib/x/b 644",
  ]);
});

test("/tmp may be written to by anyone, other folders by root alone", async () => {
  expect(await pathsAndModes({ directories: ["/tmp", "/data/tmp"] })).toEqual([
    "data 755",
    "data/tmp 755",
    "tmp 1777",
  ]);
});

test.each([
  ["700", "755"],
  ["755", "755"],
  ["4755", "755"],
  ["600", "644"],
  ["664", "644"],
  ["655", "644"],
])("of a file's mode %s only whether its owner may execute it is kept: %s", async (mode, kept) => {
  const source = path.join(await temporaryFolder(), "file");
  await writeFile(source, "");
  await chmod(source, Number.parseInt(mode, 8));

  expect(await pathsAndModes({ files: { "/file": source } })).toEqual([`file ${kept}`]);
});

test("of a link on the machine the file that it leads to is taken", async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, "lib.so.1.2"), "library");
  await symlink("lib.so.1.2", path.join(folder, "lib.so.1"));

  const layer = await buildLayer({ files: { "/lib.so.1": path.join(folder, "lib.so.1") } });

  const [entry] = await readTar(await collect(layer.content()));
  expect(entry).toMatchObject({ path: "lib.so.1", type: "File", body: Buffer.from("library") });
});

test("the bytes of a layer are pinned, so that no upgrade changes every digest unnoticed", async () => {
  const { mediaType, size, digest } = await buildLayer({ texts: { "/a": "b" } });

  expect({ mediaType, size, digest }).toEqual({
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    size: 2048,
    digest: "sha256:76aa171a786e126dac198f1969298d67517810ceca6bd707b9c1c829beeb3789",
  });
});

test.each(["app/main.mjs", "/app/../etc/passwd", "/app/", "//app", "/", ""])(
  "the path %j is refused as it would end up elsewhere",
  async (target) => {
    await expect(layerEntries({ texts: { [target]: "" } })).rejects.toThrow(
      `${JSON.stringify(target)} is no absolute path in its shortest form`,
    );
  },
);

test.each<[string, LayerRecipe]>([
  ["a file and a text", { files: { "/a": import.meta.filename }, texts: { "/a": "" } }],
  ["a text and the folder of a later one", { texts: { "/a": "", "/a/b": "" } }],
  ["a text and the folder of an earlier one", { texts: { "/a/b": "", "/a": "" } }],
  ["a folder and a text", { directories: ["/a"], texts: { "/a": "" } }],
])("a path that is given twice is refused: as %s", async (_, recipe) => {
  await expect(layerEntries(recipe)).rejects.toThrow("/a is given twice in one layer");
});

test("a file of the machine that is missing is named with what it was to become", async () => {
  await expect(layerEntries({ files: { "/app/main.mjs": "/nowhere/main.mjs" } })).rejects.toThrow(
    "/app/main.mjs of an image is /nowhere/main.mjs, which cannot be read.",
  );
});

test("a file that changes after its digest was taken is noticed", async () => {
  const source = path.join(await temporaryFolder(), "file");
  await writeFile(source, "before");
  const layer = await buildLayer({ files: { "/file": source } });
  await writeFile(source, "after!");

  await expect(collect(layer.content())).rejects.toThrow("A file changed while its image was composed");
});
