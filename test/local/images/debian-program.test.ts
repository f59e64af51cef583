import path from "node:path";
import { expect, test } from "vitest";
import { findDebianProgram } from "../../../local/images/debian-program.ts";
import { writeStaticProgram } from "./minimal-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("a program of a package is found in the folders of the system", async () => {
  const folder = await temporaryFolder();
  const program = await writeStaticProgram(path.join(folder, "gadget"));

  expect(await findDebianProgram("gadget", "gadget-server", `/nowhere:${folder}`)).toBe(program);
});

test("a missing program is named with its package and how to install it", async () => {
  await expect(findDebianProgram("gadget", "gadget-server", "/nowhere")).rejects.toThrow(
    "gadget is not installed (looked in /nowhere); an image is composed from it. Install its package: apt-get install gadget-server",
  );
});

test("what the user has on PATH is not taken for a program of the system", async () => {
  await expect(findDebianProgram("vitest", "vitest")).rejects.toThrow("vitest is not installed");
});
