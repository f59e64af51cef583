import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bundleRuntime } from "../../../agent-runtime/bundle.ts";
import { RUN_AS_USER } from "../../../components/defaults.ts";
import { composeImage } from "../../../local/images/compose.ts";
import { layerEntries } from "../../../local/images/layer.ts";
import { buildImage } from "../../../local/images/oci-image.ts";
import type { ImageRecipe } from "../../../local/images/recipe.ts";
import { agentRuntimeImage, NODE_PROGRAM, programImage } from "../../../local/images/recipes.ts";
import { writeStaticProgram } from "./minimal-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function listLayer(recipe: ImageRecipe, index: number): Promise<string[]> {
  const entries = await layerEntries(recipe.layers[index] ?? {});
  return entries.map(
    ({ path, type, mode }) => `${path}${type === "directory" ? "/" : ""} ${mode.toString(8)}`,
  );
}

describe("the image of the agent runtime", () => {
  let recipe: ImageRecipe;

  beforeAll(async () => {
    recipe = await agentRuntimeImage(import.meta.filename);
  });

  test("has the bundle alone in its upper layer, so that new code makes a small layer", async () => {
    expect(await listLayer(recipe, 1)).toEqual(["app/ 755", "app/main.mjs 644"]);
  });

  test("has Node, what Node needs and no shell in its lower layer", async () => {
    const paths = await listLayer(recipe, 0);
    const [libraries, others] = [/^lib|^usr\/lib/, /^(?!lib|usr\/lib)/].map((pattern) =>
      paths.filter((line) => pattern.test(line)),
    );

    expect(others).toEqual([
      "etc/ 755",
      "etc/group 644",
      "etc/nsswitch.conf 644",
      "etc/passwd 644",
      "tmp/ 1777",
      "usr/ 755",
      "usr/local/ 755",
      "usr/local/bin/ 755",
      "usr/local/bin/node 755",
    ]);
    expect(libraries?.filter((line) => !line.includes("/ "))).toEqual(
      expect.arrayContaining([expect.stringMatching(/\/libc\.so\.6 755$/)]),
    );
  });

  test("runs as the user that pods demand, who has an entry and a group of their own", () => {
    expect(recipe.user).toBe(String(RUN_AS_USER));
    expect(recipe.layers[0]?.texts?.["/etc/passwd"]).toMatch(
      new RegExp(`^app:x:${RUN_AS_USER}:${RUN_AS_USER}:`, "m"),
    );
    expect(recipe.layers[0]?.texts?.["/etc/group"]).toMatch(new RegExp(`^app:x:${RUN_AS_USER}:$`, "m"));
  });

  test("starts the bundle by a Node that is on its search path", () => {
    expect(recipe).toMatchObject({ entrypoint: ["node", "/app/main.mjs"], workingDir: "/app" });
    expect(recipe.env).toMatchObject({
      NODE_ENV: "production",
      PATH: expect.stringMatching("/usr/local/bin"),
    });
  });

  test("keeps the digest of its lower layer when the code changes", async () => {
    const folder = await temporaryFolder();
    const { path: bundle } = await bundleRuntime(path.join(folder, "main.mjs"));
    const layersOf = async (file: string) => (await buildImage(await agentRuntimeImage(file))).layers;

    const [one, other] = [await layersOf(bundle), await layersOf(import.meta.filename)];

    expect(one[0]?.digest).toBe(other[0]?.digest);
    expect(one[1]?.digest).not.toBe(other[1]?.digest);
  });
});

test("the image of a program has it at the root, called like the image", async () => {
  const program = await writeStaticProgram(path.join(await temporaryFolder(), "some-build"));

  const recipe = await programImage("coredns", program);

  expect(recipe).toMatchObject({ name: "coredns", entrypoint: ["/coredns"], user: String(RUN_AS_USER) });
  expect(await listLayer(recipe, 0)).toEqual([
    "coredns 755",
    "etc/ 755",
    "etc/group 644",
    "etc/nsswitch.conf 644",
    "etc/passwd 644",
    "tmp/ 1777",
  ]);
});

test("a program that needs libraries is refused for an image without any", async () => {
  await expect(programImage("coredns", NODE_PROGRAM)).rejects.toThrow(
    /node needs \/\S+; its image has no libraries. Build the program statically./,
  );
});

test("a bundle that was never built is named", async () => {
  const recipe = await agentRuntimeImage("/nowhere/main.mjs");

  await expect(composeImage(recipe, await temporaryFolder())).rejects.toThrow(
    "/app/main.mjs of an image is /nowhere/main.mjs, which cannot be read.",
  );
});
