import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { composeImage } from "../../../local/images/compose.ts";
import type { ImageRecipe } from "../../../local/images/recipe.ts";
import { hostPlatform } from "../../../local/toolchain/platform.ts";
import { openArchive, readTar } from "./open-archive.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A recipe with a file of the machine in its upper layer. */
async function recipeOf(text: string, name = "gadget"): Promise<ImageRecipe> {
  const source = path.join(await temporaryFolder(), "main.mjs");
  await writeFile(source, text);
  return {
    name,
    layers: [
      { texts: { "/etc/hello": "hello" }, directories: ["/tmp"] },
      { files: { "/app/main.mjs": source } },
    ],
    entrypoint: ["node", "/app/main.mjs"],
    cmd: ["--serve"],
    env: { PATH: "/usr/bin", NODE_ENV: "production" },
    user: "10001",
    workingDir: "/app",
    labels: { "org.opencontainers.image.title": name },
  };
}

test("the same files give the same bytes, whenever and wherever they are composed", async () => {
  const [one, other] = [await recipeOf("same"), await recipeOf("same")];
  const source = other.layers[1]?.files?.["/app/main.mjs"] ?? "";
  await utimes(source, new Date(0), new Date(0));

  const first = await composeImage(one, await temporaryFolder());
  const second = await composeImage(other, await temporaryFolder());

  expect(await readFile(second.archive)).toEqual(await readFile(first.archive));
  expect(second.reference).toBe(first.reference);
});

test("every digest and size in the layout is that of the bytes it stands for", async () => {
  const image = await composeImage(await recipeOf("text"), await temporaryFolder());

  // Opening recomputes the digest of every blob.
  const archive = await openArchive(image.archive);

  const [descriptor] = archive.json("index.json").manifests;
  const manifest = archive.json(descriptor.digest);
  expect(descriptor).toMatchObject({ digest: image.digest, size: archive.blob(image.digest).length });
  for (const { digest, size } of [manifest.config, ...manifest.layers]) {
    expect(size).toBe(archive.blob(digest).length);
  }
  const layers = manifest.layers.map(({ digest }: { digest: string }) => digest);
  expect(archive.json(manifest.config.digest).rootfs).toEqual({ type: "layers", diff_ids: layers });
  expect((await stat(image.archive)).size).toBe(image.bytes);
});

test("the layout holds what the specification demands and nothing that is not referred to", async () => {
  const image = await composeImage(await recipeOf("text"), await temporaryFolder());
  const archive = await openArchive(image.archive);
  const { config, layers } = archive.json(image.digest);

  expect(archive.json("oci-layout")).toEqual({ imageLayoutVersion: "1.0.0" });
  expect(archive.files).toEqual([
    "oci-layout",
    "index.json",
    "blobs/",
    "blobs/sha256/",
    ...[image, config, ...layers].map(({ digest }) => `blobs/${digest.replace(":", "/")}`),
  ]);
});

test("the index names the image exactly as manifests of pods do", async () => {
  const image = await composeImage(await recipeOf("text"), await temporaryFolder());
  const archive = await openArchive(image.archive);

  expect(image.reference).toBe(`claude-agents.local/gadget@${image.digest}`);
  expect(archive.json("index.json").manifests).toEqual([
    expect.objectContaining({
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      platform: { os: "linux", architecture: hostPlatform().arch },
      annotations: { "io.containerd.image.name": image.reference },
    }),
  ]);
});

test("the configuration says how the program is run", async () => {
  const image = await composeImage(await recipeOf("text"), await temporaryFolder());
  const archive = await openArchive(image.archive);

  expect(archive.json(archive.json(image.digest).config.digest)).toMatchObject({
    created: "1970-01-01T00:00:00Z",
    os: "linux",
    architecture: hostPlatform().arch,
    config: {
      User: "10001",
      Env: ["PATH=/usr/bin", "NODE_ENV=production"],
      Entrypoint: ["node", "/app/main.mjs"],
      Cmd: ["--serve"],
      WorkingDir: "/app",
      Labels: { "org.opencontainers.image.title": "gadget" },
    },
  });
});

test("layers hold what the recipe says, in its order", async () => {
  const image = await composeImage(await recipeOf("text"), await temporaryFolder());
  const archive = await openArchive(image.archive);

  const layers = archive
    .json(image.digest)
    .layers.map(({ digest }: { digest: string }) => archive.blob(digest));
  const paths = await Promise.all(
    layers.map(async (layer: Buffer) => (await readTar(layer)).map((entry) => entry.path)),
  );
  expect(paths).toEqual([
    ["etc/", "etc/hello", "tmp/"],
    ["app/", "app/main.mjs"],
  ]);
});

test("an archive that is there and sound is not written again", async () => {
  const folder = await temporaryFolder();
  const recipe = await recipeOf("text");
  const first = await composeImage(recipe, folder);
  const { ino } = await stat(first.archive);

  expect(await composeImage(recipe, folder)).toEqual(first);
  expect((await stat(first.archive)).ino).toBe(ino);
});

test.each([
  ["cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length - 700)],
  ["longer", (bytes: Buffer) => Buffer.concat([bytes, bytes])],
  ["empty", () => Buffer.alloc(0)],
  ["altered in one bit of its last file", (bytes: Buffer) => flipBit(bytes, bytes.lastIndexOf("text"))],
])("an archive that is %s is replaced", async (_, damage) => {
  const folder = await temporaryFolder();
  const recipe = await recipeOf("text");
  const { archive } = await composeImage(recipe, folder);
  const sound = await readFile(archive);
  await writeFile(archive, damage(Buffer.from(sound)));

  await composeImage(recipe, folder);

  expect(await readFile(archive)).toEqual(sound);
});

test("archives of earlier content and half-written ones are removed, those of other images stay", async () => {
  const folder = await temporaryFolder();
  const { archive: earlier } = await composeImage(await recipeOf("earlier"), folder);
  await writeFile(`${earlier}.partial`, "half");
  const other = await composeImage(await recipeOf("other", "gadget-pro"), folder);

  const current = await composeImage(await recipeOf("current"), folder);

  expect((await readdir(folder)).toSorted()).toEqual(
    [other, current].map(({ archive }) => path.basename(archive)).toSorted(),
  );
});

test("two that compose the same image at once both get it", async () => {
  const folder = await temporaryFolder();
  const recipe = await recipeOf("text");

  const [first, second] = await Promise.all([composeImage(recipe, folder), composeImage(recipe, folder)]);

  expect(second).toEqual(first);
  expect((await openArchive(first.archive)).json("index.json").manifests).toHaveLength(1);
});

test("an interruption ends the work with its reason and leaves nothing", async () => {
  const folder = await temporaryFolder();
  const interruption = new Error("interrupted");

  const composing = composeImage(await recipeOf("text"), folder, { signal: AbortSignal.abort(interruption) });

  await expect(composing).rejects.toThrow("interrupted");
  expect(await readdir(folder)).toEqual([]);
});

function flipBit(bytes: Buffer, index: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
  return bytes;
}
