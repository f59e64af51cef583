import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { parseLibraries, programFiles, sharedLibrariesOf } from "../../../local/images/programs.ts";
import { NODE_PROGRAM } from "../../../local/images/recipes.ts";
import { writeStaticProgram } from "./minimal-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("libraries and loader are taken from ldd's lines, what the kernel provides is not", () => {
  const listing = [
    "\tlinux-vdso.so.1 (0x00007f04014fb000)",
    "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f0401120000)",
    "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f0400aa5000)",
    "\t/lib64/ld-linux-x86-64.so.2 (0x00007f04014fd000)",
    "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f0400aa5000)",
  ].join("\n");

  expect(parseLibraries(listing, "/bin/gadget")).toEqual([
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib/x86_64-linux-gnu/libm.so.6",
    "/lib64/ld-linux-x86-64.so.2",
  ]);
});

test("a library that is not installed is named with the program that needs it", () => {
  expect(() => parseLibraries("\tlibgadget.so.2 => not found\n", "/bin/gadget")).toThrow(
    "/bin/gadget needs libgadget.so.2, which this machine does not have",
  );
});

test("a dynamic program comes with the C library and the loader", async () => {
  const libraries = await sharedLibrariesOf(NODE_PROGRAM);

  expect(libraries).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/\/libc\.so\.6$/),
      expect.stringMatching(/\/ld-linux[^/]*$/),
    ]),
  );
});

test("a static program comes alone", async () => {
  const program = await writeStaticProgram(path.join(await temporaryFolder(), "gadget"));

  expect(await sharedLibrariesOf(program)).toEqual([]);
});

test("programs lie where they are wanted, their libraries where they are looked for", async () => {
  const gadget = await writeStaticProgram(path.join(await temporaryFolder(), "gadget"));
  const libraries = await sharedLibrariesOf(NODE_PROGRAM);

  expect(await programFiles({ "/bin/node": NODE_PROGRAM, "/gadget": gadget })).toEqual({
    ...Object.fromEntries(libraries.map((library) => [library, library])),
    "/bin/node": NODE_PROGRAM,
    "/gadget": gadget,
  });
});

test("a script is refused, as its interpreter would be missing", async () => {
  const script = path.join(await temporaryFolder(), "gadget");
  await writeFile(script, "#!/bin/sh\n");

  await expect(sharedLibrariesOf(script)).rejects.toThrow(`${script} is no ELF program`);
});

test("a program that is missing is named", async () => {
  await expect(sharedLibrariesOf("/nowhere/gadget")).rejects.toThrow(
    "The program /nowhere/gadget, which an image is to hold, cannot be read.",
  );
});
