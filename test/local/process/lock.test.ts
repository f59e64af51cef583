import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { acquireLock } from "../../../local/process/lock.ts";
import { recordOf } from "../../../local/process/process-record.ts";

async function temporaryLock(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "lock-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, "state/environment.lock");
}

const LOCK_MODULE = path.resolve(import.meta.dirname, "../../../local/process/lock.ts");

/** Another process that takes the lock, says so, and holds it until it is killed. */
async function holdElsewhere(file: string) {
  const script =
    `import { acquireLock } from ${JSON.stringify(LOCK_MODULE)};` +
    `await acquireLock(${JSON.stringify(file)}, "npm run up").then(() => console.log("held"), (e) => console.log(e.name));` +
    "setInterval(() => {}, 1000);";
  const args = ["--input-type=module", "--disable-warning=ExperimentalWarning", "-e", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [said] = await once(createInterface(child.stdout), "line");
  return { child, said: String(said) };
}

describe("acquireLock", () => {
  it("refuses a second holder, naming the first, its pid and since when", async () => {
    const file = await temporaryLock();
    const { child } = await holdElsewhere(file);

    await expect(acquireLock(file, "npm run down")).rejects.toThrow(
      new RegExp(
        `^\`npm run up\` \\(pid ${child.pid}\\) has been working on this environment since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC\\.`,
      ),
    );
  });

  it("takes over the lock of a holder that was killed", async () => {
    const file = await temporaryLock();
    const { child } = await holdElsewhere(file);
    child.kill("SIGKILL");
    await once(child, "exit");

    await acquireLock(file, "npm run down");

    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
      pid: process.pid,
      purpose: "npm run down",
    });
  });

  it("takes over a lock whose pid now belongs to another process", async () => {
    const file = await temporaryLock();
    const release = await acquireLock(file, "npm run up");
    const self = await recordOf(process.pid);
    const former = { ...self, startMark: "earlier", purpose: "npm run up", since: new Date().toISOString() };
    await writeFile(file, JSON.stringify(former));

    await expect(acquireLock(file, "npm run up")).resolves.toBeTypeOf("function");
    await release();
  });

  it.each(["", "{"])("takes over a lock file that was left half-written: %j", async (text) => {
    const file = await temporaryLock();
    await (await acquireLock(file, "npm run up"))();
    await writeFile(file, text);

    await expect(acquireLock(file, "npm run up")).resolves.toBeTypeOf("function");
  });

  it("lets exactly one of several win that try at the same moment", async () => {
    const file = await temporaryLock();

    const tries = await Promise.allSettled([1, 2, 3, 4, 5].map(() => acquireLock(file, "npm run up")));

    expect(tries.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });

  it("lets exactly one of two processes win that find a dead holder", async () => {
    const file = await temporaryLock();
    const dead = await holdElsewhere(file);
    dead.child.kill("SIGKILL");
    await once(dead.child, "exit");

    const both = await Promise.all([holdElsewhere(file), holdElsewhere(file)]);

    expect(both.map(({ said }) => said).sort()).toEqual(["EnvironmentLockedError", "held"]);
  });

  it("is free again after its release, which leaves no file", async () => {
    const file = await temporaryLock();
    const release = await acquireLock(file, "npm run up");

    await release();

    expect(await readdir(path.dirname(file))).toEqual([]);
    await expect(acquireLock(file, "npm run up")).resolves.toBeTypeOf("function");
  });
});
