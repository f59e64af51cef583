import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { composeImage } from "../../../local/images/compose.ts";
import type { ImageRecipe } from "../../../local/images/recipe.ts";
import { openArchive } from "./open-archive.ts";

/** Composes an image into `folder` and unpacks its layers as a container runtime does; returns the root folder. */
export async function unpackImage(recipe: ImageRecipe, folder: string): Promise<string> {
  const image = await composeImage(recipe, folder);
  const archive = await openArchive(image.archive);
  const root = path.join(folder, `${recipe.name}-root`);
  await mkdir(root);
  for (const { digest } of archive.json(image.digest).layers) {
    const layer = path.join(folder, "layer.tar");
    await writeFile(layer, archive.blob(digest));
    await execa("tar", [
      "--extract",
      "--same-owner",
      "--same-permissions",
      "--file",
      layer,
      "--directory",
      root,
    ]);
  }
  return root;
}

/** Runs a program of an unpacked image as the image's user, with nothing of the machine but its kernel. */
export function runUnpacked(recipe: ImageRecipe, root: string, [program = "", ...args]: readonly string[]) {
  const [user, group = user] = (recipe.user ?? "0").split(":");
  // By its path: the search path is already that of the image.
  return execa("/usr/sbin/chroot", [`--userspec=${user}:${group}`, root, program, ...args], {
    env: { ...recipe.env },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
}
