import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { findExecutables } from "../../../local/toolchain/path-search.ts";
import { resolveSpec } from "../../../local/toolchain/resolve.ts";
import { gadget, gadgetScript, writeProgram } from "./gadget.ts";
import { openSandbox } from "./sandbox.ts";

test("a suitable program on the search path is used as it is", async () => {
  const sandbox = await openSandbox();
  const program = await sandbox.addProgram("gadget", gadgetScript("1.4.0"));

  expect(await resolveSpec(gadget, sandbox.options)).toEqual({
    name: "gadget",
    path: program,
    version: "1.4.0",
    source: "path",
  });
});

test("an unsuitable version on the search path is passed over, and that is said", async () => {
  const sandbox = await openSandbox();
  const old = await sandbox.addProgram("gadget", gadgetScript("1.1.9"));
  const second = path.join(sandbox.directory, "second");
  const suitable = await writeProgram(path.join(second, "gadget"), gadgetScript("1.2.0"));

  const tool = await resolveSpec(gadget, {
    ...sandbox.options,
    searchPath: [sandbox.binaries, second].join(path.delimiter),
  });

  expect(tool.path).toBe(suitable);
  expect(sandbox.messages).toContain(`path: ${old} is 1.1.9, wanted ^1.2.0: passed over`);
});

test("a vendor's suffix does not make a version unsuitable", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("gadget", gadgetScript("1.3.0-vendor.100+build7"));

  expect(await resolveSpec(gadget, sandbox.options)).toMatchObject({ source: "path" });
});

test("a program that does not tell its version is passed over", async () => {
  const sandbox = await openSandbox();
  const mute = await sandbox.addProgram("gadget", "#!/bin/sh\nexit 3\n");

  await expect(resolveSpec(gadget, sandbox.options)).rejects.toThrow(`${mute} does not tell its version`);
});

test("the same program behind two folders of the search path is looked at once", async () => {
  const sandbox = await openSandbox();
  const program = await sandbox.addProgram("gadget", gadgetScript("1.2.3"));
  const linked = path.join(sandbox.directory, "linked");
  await symlink(sandbox.binaries, linked);

  expect(await findExecutables("gadget", `${sandbox.binaries}:${linked}`)).toEqual([program]);
});

test("folders and files that cannot be executed are no programs", async () => {
  const sandbox = await openSandbox();
  await mkdir(path.join(sandbox.binaries, "gadget"), { recursive: true });

  expect(await findExecutables("gadget", sandbox.binaries)).toEqual([]);
});
