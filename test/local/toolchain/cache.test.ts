import { appendFile, readFile, rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { cacheEntryOf, defaultCacheDir, readCacheEntry } from "../../../local/toolchain/cache.ts";
import { hostPlatform } from "../../../local/toolchain/platform.ts";
import { resolveSpec } from "../../../local/toolchain/resolve.ts";
import type { ToolSpec } from "../../../local/toolchain/tools.ts";
import { fakeGoScript, gadget, gadgetModule, gadgetScript } from "./gadget.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";

async function openFilledCache() {
  const sandbox = await openSandbox();
  await sandbox.addProgram("go", fakeGoScript({}));
  const spec: ToolSpec = { ...gadget, goModule: gadgetModule(sandbox.directory) };
  await resolveSpec(spec, sandbox.options);
  return { sandbox, spec, entry: entryOf(spec, sandbox) };
}

function entryOf(spec: ToolSpec, sandbox: Sandbox) {
  return cacheEntryOf(spec, hostPlatform(), sandbox.options.cacheDir);
}

test("a damaged program is thrown away, said so, and made again", async () => {
  const { sandbox, spec, entry } = await openFilledCache();
  await appendFile(entry.program, "echo damaged\n");

  expect(await resolveSpec(spec, sandbox.options)).toMatchObject({ source: "go-module" });
  expect(await readFile(entry.program, "utf8")).toBe("#!/bin/sh\necho gadget 1.2.3\n");
  expect(sandbox.messages).toContain(
    "cache: the cache entry is damaged (gadget is not the file that was recorded); it is thrown away and made again",
  );
});

test("a program whose bytes changed but not its size is found damaged", async () => {
  const { entry } = await openFilledCache();
  const program = await readFile(entry.program, "utf8");
  await writeFile(entry.program, program.replace("1.2.3", "1.2.4"));

  expect(await readCacheEntry(entry)).toEqual({
    state: "corrupted",
    reason: "gadget is not the file that was recorded",
  });
});

test("a missing program is found damaged", async () => {
  const { entry } = await openFilledCache();
  await rm(entry.program);

  expect(await readCacheEntry(entry)).toEqual({ state: "corrupted", reason: "gadget is missing" });
});

test.each([
  ["cut off", '{ "tool": "gad'],
  ["of another shape", "{}"],
])("an entry whose record is %s is made again", async (_case, text) => {
  const { sandbox, spec, entry } = await openFilledCache();
  await writeFile(entry.recordFile, text);

  expect(await resolveSpec(spec, sandbox.options)).toMatchObject({ source: "go-module" });
  expect(await readCacheEntry(entry)).toMatchObject({ state: "valid" });
});

test("an entry without a record, as an interrupted copy leaves it, is damaged", async () => {
  const { entry } = await openFilledCache();
  await rm(entry.recordFile);

  expect(await readCacheEntry(entry)).toEqual({
    state: "corrupted",
    reason: `${entry.recordFile} is unreadable`,
  });
});

test("an entry that was copied keeps its worth and its new time stamps are noted", async () => {
  const { entry } = await openFilledCache();
  await utimes(entry.program, 1_000_000, 1_000_000);

  expect(await readCacheEntry(entry)).toEqual({ state: "valid", version: "1.2.3" });
  const record = JSON.parse(await readFile(entry.recordFile, "utf8"));
  expect(record.files[0].mtimeMs).toBe(1_000_000_000);
});

test("what a killed process left half-made is swept away", async () => {
  const { sandbox, spec, entry } = await openFilledCache();
  await rm(entry.directory, { recursive: true });
  await sandbox.addProgram(
    path.relative(sandbox.binaries, path.join(entry.partialDirectory, "bin", "rest")),
    "",
  );

  await resolveSpec(spec, sandbox.options);

  const record = JSON.parse(await readFile(entry.recordFile, "utf8"));
  expect(record.files.map((file: { name: string }) => file.name)).toEqual(["gadget"]);
});

test("other versions, platforms and build flags get entries of their own, other clones do not", () => {
  const spec: ToolSpec = { ...gadget, goModule: gadgetModule("/clone") };
  const linux = { os: "linux", arch: "amd64", nodeArch: "x64" } as const;
  const directoryOf = (changed: ToolSpec, platform = linux) =>
    cacheEntryOf(changed, platform, "/cache").directory;
  const goModule = gadgetModule("/clone");

  const different = [
    directoryOf(spec),
    directoryOf({ ...spec, version: "1.2.4" }),
    directoryOf({ ...spec, goModule: { ...goModule, tags: ["small"] } }),
    directoryOf({ ...spec, goModule: { ...goModule, stamps: {} } }),
    cacheEntryOf(spec, { os: "darwin", arch: "arm64", nodeArch: "arm64" }, "/cache").directory,
  ];

  expect(new Set(different).size).toBe(different.length);
  expect(directoryOf({ ...spec, goModule: gadgetModule("/other/clone") })).toBe(directoryOf(spec));
});

test.each([
  [{ CLAUDE_AGENTS_CACHE: "/own" }, "/own"],
  [{ CLAUDE_AGENTS_CACHE: "/own", XDG_CACHE_HOME: "/xdg" }, "/own"],
  [{ XDG_CACHE_HOME: "/xdg" }, "/xdg/claude-agents/tools"],
])("the environment %j puts the cache into %s", (env, directory) => {
  expect(defaultCacheDir(env)).toBe(directory);
});

test.each([{}, { CLAUDE_AGENTS_CACHE: "" }, { XDG_CACHE_HOME: "relative" }])(
  "the environment %j leaves the cache in the home folder",
  (env) => {
    expect(defaultCacheDir(env)).toMatch(/^\/.+\/\.cache\/claude-agents\/tools$/);
  },
);

test("a program on the search path goes before the cache", async () => {
  const { sandbox, spec } = await openFilledCache();
  await sandbox.addProgram("gadget", gadgetScript("1.9.0"));

  expect(await resolveSpec(spec, sandbox.options)).toMatchObject({ source: "path", version: "1.9.0" });
});
