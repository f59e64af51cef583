import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";

const SANDBOX = path.join(import.meta.dirname, "sandbox.ts");

/** A process that makes a sandbox and then stays, or ends by itself. */
async function start(then: string) {
  const program = `import { createSandbox } from ${JSON.stringify(SANDBOX)}; console.log(createSandbox()); ${then}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [folder] = (await once(child.stdout, "data")) as [Buffer];
  return { child, ended, folder: String(folder).trim() };
}

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("the copy of the tree is gone after %s", async (signal, code) => {
  const { child, ended, folder } = await start("setInterval(() => {}, 1000);");
  expect(existsSync(folder)).toBe(true);
  child.kill(signal);
  expect(await ended).toEqual([code, null]);
  expect(existsSync(folder)).toBe(false);
});

it("the copy of the tree is gone when the process ends by itself", async () => {
  const { ended, folder } = await start("");
  await ended;
  expect(existsSync(folder)).toBe(false);
});

it("what a process left that was killed outright goes before the next copy is made, and no other", async () => {
  const killed = await start("setInterval(() => {}, 1000);");
  killed.child.kill("SIGKILL");
  await killed.ended;
  const ofThisProcess = path.join(os.tmpdir(), `claude-agents-mutation-${process.pid}-test`);
  mkdirSync(ofThisProcess);
  try {
    expect(existsSync(killed.folder)).toBe(true);
    await (await start("")).ended;
    expect(existsSync(killed.folder)).toBe(false);
    expect(existsSync(ofThisProcess)).toBe(true);
  } finally {
    rmSync(ofThisProcess, { recursive: true });
  }
});
