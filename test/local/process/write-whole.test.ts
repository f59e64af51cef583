import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeWhole } from "../../../local/process/write-whole.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "write-whole-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("never shows a reader a part, whoever else writes, and leaves no draft", async () => {
  const file = path.join(folder, "file");
  const texts = ["a", "b", "c", "d"].map((letter) => letter.repeat(1_000_000));
  await writeWhole(file, texts[0] ?? "");
  const writing = Promise.all(texts.flatMap((text) => [writeWhole(file, text), writeWhole(file, text)]));
  const seen: string[] = [];
  for (let reads = 0; reads < 20; reads += 1) seen.push(await readFile(file, "utf8"));
  await writing;
  for (const text of [...seen, await readFile(file, "utf8")]) expect(texts.includes(text)).toBe(true);
  expect(await readdir(folder)).toEqual(["file"]);
});

it("lets nobody but the owner read it", async () => {
  const file = path.join(folder, "file");
  await writeWhole(file, "secret");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
