import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** A clone in miniature: the real bootstrap, a lock, and an `npm` that only records its calls. */
let clone: string;
let npmCalls: string;

beforeEach(() => {
  clone = mkdtempSync(path.join(os.tmpdir(), "bootstrap-"));
  npmCalls = path.join(clone, "npm-calls");
  mkdirSync(path.join(clone, "local"));
  cpSync("local/bootstrap.mjs", path.join(clone, "local/bootstrap.mjs"));
  writeFileSync(path.join(clone, "package-lock.json"), "{}");
  writeFileSync(
    path.join(clone, "hello.mjs"),
    "console.log('hello', ...process.argv.slice(2)); process.exit(7);",
  );
  fakeNpm(`mkdir -p node_modules/.bin && ln -sf ${process.execPath} node_modules/.bin/node`);
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

function fakeNpm(script: string): void {
  mkdirSync(path.join(clone, "bin"), { recursive: true });
  const file = path.join(clone, "bin/npm");
  writeFileSync(file, `#!/bin/sh\necho "$@" >> ${npmCalls}\n${script}\n`);
  chmodSync(file, 0o755);
}

function bootstrap(...args: string[]) {
  return execa(process.execPath, ["local/bootstrap.mjs", ...args], {
    cwd: clone,
    env: { PATH: `${path.join(clone, "bin")}:${process.env["PATH"]}` },
    reject: false,
  });
}

describe("bootstrap", () => {
  it("installs once, then runs the program with its arguments and passes its exit code on", async () => {
    const first = await bootstrap("hello.mjs", "--flag");
    const second = await bootstrap("hello.mjs");
    expect(first).toMatchObject({ stdout: "hello --flag", exitCode: 7 });
    expect(second).toMatchObject({ stdout: "hello", exitCode: 7, stderr: "" });
    expect(readFileSync(npmCalls, "utf8").trim().split("\n")).toHaveLength(1);
  });

  it("installs again when the lock has changed", async () => {
    await bootstrap("hello.mjs");
    writeFileSync(path.join(clone, "package-lock.json"), '{"changed":true}');
    await bootstrap("hello.mjs");
    expect(readFileSync(npmCalls, "utf8").trim().split("\n")).toHaveLength(2);
  });

  it("shows what npm said and does not run the program when the installation fails", async () => {
    fakeNpm("echo registry is away >&2; exit 1");
    const result = await bootstrap("hello.mjs");
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(/registry is away[\s\S]*npm ci failed/);
    expect(existsSync(path.join(clone, "node_modules/.installed"))).toBe(false);
  });

  it("lets the second of two programs started at once wait for the first one's installation", async () => {
    fakeNpm(`sleep 0.3; mkdir -p node_modules/.bin && ln -sf ${process.execPath} node_modules/.bin/node`);
    const [first, second] = await Promise.all([bootstrap("hello.mjs"), bootstrap("hello.mjs")]);
    expect([first.exitCode, second.exitCode]).toEqual([7, 7]);
    expect(readFileSync(npmCalls, "utf8").trim().split("\n")).toHaveLength(1);
  });

  it("takes over the installation lock of a process that is gone", async () => {
    const id = createHash("sha256").update(clone).digest("hex").slice(0, 12);
    const lock = path.join(os.tmpdir(), `claude-agents-install-${id}.lock`);
    writeFileSync(lock, "4194999");
    expect(await bootstrap("hello.mjs")).toMatchObject({ exitCode: 7 });
    expect(existsSync(lock)).toBe(false);
  });

  it("hands a termination signal to the program and ends as it does", async () => {
    writeFileSync(
      path.join(clone, "wait.mjs"),
      "process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1000);",
    );
    const child = bootstrap("wait.mjs");
    child.stdout?.once("data", () => child.kill("SIGTERM"));
    expect((await child).exitCode).toBe(9);
  });
});
