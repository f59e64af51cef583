import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { SCRIPTS } from "../../../components/valkey/valkey-pod.ts";
import { STORE_PROGRAMS } from "../../../local/images/recipes.ts";

const FOLDER = path.join(import.meta.dirname, "../../../components/valkey");

/** Programs that a shell script may well call; what the shell does itself is not among them. */
const COMMON_PROGRAMS =
  "awk basename cat chmod chown cp cut date dd dirname env expr find grep head hostname id install ln ls mkdir mktemp mv " +
  "nc od paste ps readlink realpath rm rmdir sed seq sleep sort split stat sync tac tail tee timeout touch tr uniq wc xargs";

test("the store's image has every common program that the scripts of its pods call", async () => {
  const scripts = await Promise.all(SCRIPTS.map((script) => readFile(path.join(FOLDER, script), "utf8")));
  const code = scripts.join("\n").replaceAll(/(^|\s)#.*$/gm, "");
  const words = new Set(code.match(/[\w-]+/g));
  const programs = Object.keys(STORE_PROGRAMS).map((file) => path.basename(file));

  const called = COMMON_PROGRAMS.split(" ").filter((program) => words.has(program));

  expect(called).toEqual(expect.arrayContaining(["grep", "mkdir", "mv", "sed", "sleep", "timeout", "touch"]));
  expect(programs).toEqual(expect.arrayContaining(called));
});
