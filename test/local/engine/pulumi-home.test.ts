import { access, chmod, constants, lstat, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PluginChoice, preparePulumiHome } from "../../../local/engine/pulumi-home.ts";
import { programDir } from "./temporary-engine.ts";

const RANDOM = "resource-random-v4.21.2";
const DAY_MS = 24 * 60 * 60 * 1000;

let home: string;
let cliFolder: string;
let cliPath: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "pulumi-home-"));
  cliFolder = await mkdtemp(path.join(os.tmpdir(), "pulumi-cli-"));
  cliPath = path.join(cliFolder, "pulumi");
});
afterEach(async () => {
  await rm(home, { recursive: true });
  await rm(cliFolder, { recursive: true });
});

/** A CLI that counts how often it is asked for a plugin and installs it or refuses. */
async function pretendCli(answer: "installs" | "refuses"): Promise<void> {
  const install = `mkdir -p "${home}/plugins/resource-$4-v$5" && touch "${home}/plugins/resource-$4-v$5/pulumi-resource-$4"`;
  const script = `#!/bin/sh\necho "$3 $4 $5" >> "${cliFolder}/asked"\n${answer === "installs" ? install : "exit 1"}\n`;
  await writeFile(cliPath, script);
  await chmod(cliPath, 0o755);
}

const asked = () => readFile(path.join(cliFolder, "asked"), "utf8").catch(() => "");

async function prepare(plugins: PluginChoice = "official-first"): Promise<string[]> {
  const env = { PATH: process.env["PATH"] ?? "" };
  const cli = { path: cliPath, cwd: cliFolder, env };
  const { signal } = new AbortController();
  const standIns = await preparePulumiHome({ home, cloneDir: programDir("values"), cli, plugins, signal });
  return standIns.map(({ name }) => name);
}

describe("plugins where nothing can be downloaded", () => {
  beforeEach(() => pretendCli("refuses"));

  it("are all stand-ins", async () => {
    expect(await prepare()).toEqual(["language-nodejs", "kubernetes", "random", "aws"]);
  });

  it("lie in real folders with an executable of the name that the engine looks for", async () => {
    await prepare();
    const folder = path.join(home, "plugins", RANDOM);
    expect((await lstat(folder)).isSymbolicLink()).toBe(false);
    await expect(
      access(path.join(folder, "pulumi-resource-random"), constants.X_OK),
    ).resolves.toBeUndefined();
  });

  it("are asked for once, for they all come from the same place, and not again for a day", async () => {
    await prepare();
    await prepare();
    expect((await asked()).trim().split("\n")).toEqual(["resource kubernetes 4.32.0"]);
  });

  it("are asked for again after a day", async () => {
    await prepare();
    const yesterday = new Date(Date.now() - DAY_MS - 1000);
    await utimes(path.join(home, "official-plugins-refused"), yesterday, yesterday);
    await prepare();
    expect((await asked()).trim().split("\n")).toHaveLength(2);
  });

  it("are still there after they were asked for again in vain", async () => {
    await prepare();
    await rm(path.join(home, "official-plugins-refused"));
    await prepare();
    await expect(
      access(path.join(home, "plugins", "resource-kubernetes-v4.32.0", "pulumi-resource-kubernetes")),
    ).resolves.toBeUndefined();
  });
});

describe("plugins where downloads work", () => {
  beforeEach(() => pretendCli("installs"));

  it("are the official ones, but for aws, which would need an account, and for a language host that the CLI lacks", async () => {
    expect(await prepare()).toEqual(["language-nodejs", "aws"]);
  });

  it("take the language host that lies beside the CLI", async () => {
    await writeFile(path.join(cliFolder, "pulumi-language-nodejs"), "");
    expect(await prepare()).toEqual(["aws"]);
  });

  it("are downloaded once", async () => {
    await prepare();
    await prepare();
    expect((await asked()).trim().split("\n")).toEqual([
      "resource kubernetes 4.32.0",
      "resource random 4.21.2",
    ]);
  });

  it("replace the stand-ins of an earlier run", async () => {
    await prepare("stand-ins");
    await prepare();
    await expect(access(path.join(home, "plugins", RANDOM, "STAND-IN"))).rejects.toThrow("ENOENT");
  });
});

describe("plugins by choice", () => {
  it("are stand-ins without asking anybody", async () => {
    await pretendCli("installs");
    expect(await prepare("stand-ins")).toEqual(["language-nodejs", "kubernetes", "random", "aws"]);
    expect(await asked()).toBe("");
  });
});
