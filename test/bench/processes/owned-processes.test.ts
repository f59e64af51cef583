import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OwnedProcesses } from "../../../bench/processes/owned-processes.ts";
import { factsOfTree } from "../../../bench/processes/process-tree.ts";
import { processFacts } from "../../../local/process/process-facts.ts";

let folder = "";
let owned: OwnedProcesses;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "claude-agents-owned-"));
  owned = new OwnedProcesses(folder);
});

afterEach(async () => {
  await owned.stopAll();
  await rm(folder, { recursive: true, force: true });
});

describe.runIf(process.platform === "linux")("OwnedProcesses", () => {
  it("ends a process with the one that it has started", async () => {
    const parent = owned.start({ name: "parent", file: "/bin/sh", args: ["-c", "sleep 60 & wait"] });
    const tree = await untilLength(() => factsOfTree([parent.pid]), 2);
    await parent.stop();
    await untilLength(
      async () => (await Promise.all(tree.map(({ pid }) => processFacts(pid)))).filter(Boolean),
      0,
    );
    expect(parent.hasEnded()).toBe(true);
  });

  it("keeps the end of what a process has written", async () => {
    const talker = owned.start({ name: "talker", file: "/bin/sh", args: ["-c", "echo one; echo two >&2"] });
    await expect.poll(() => talker.hasEnded()).toBe(true);
    expect(await talker.lastWords()).toBe("one\ntwo");
  });

  it("gives a process nothing of this environment but path, home and time zone", async () => {
    const shell = owned.start({ name: "shell", file: "/usr/bin/env", args: [], env: { OWN: "yes" } });
    await expect.poll(() => shell.hasEnded()).toBe(true);
    const names = (await shell.lastWords()).split("\n").map((line) => line.split("=")[0]);
    expect(names.filter((name) => !["PATH", "HOME", "TZ"].includes(name ?? ""))).toEqual(["OWN"]);
  });
});

async function untilLength<T>(look: () => Promise<T[]>, length: number): Promise<T[]> {
  let seen: T[] = [];
  await expect
    .poll(async () => {
      seen = await look();
      return seen.length;
    })
    .toBe(length);
  return seen;
}
