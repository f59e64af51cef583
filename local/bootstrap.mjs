/**
 * What every npm script of this repository starts with, on whatever Node the machine has (18 or newer):
 * makes sure that the dependencies are installed and current, then runs the given program under the pinned Node
 * (with CLAUDE_AGENTS_NODE=machine under the machine's own, to try a newer one).
 *
 * Usage: node local/bootstrap.mjs <program.ts> [arguments]
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stamp = path.join(root, "node_modules", ".installed");

/** The lock names every package of every workspace, so it alone decides whether an installation is current. */
function fingerprint() {
  const lock = fs.readFileSync(path.join(root, "package-lock.json"));
  return createHash("sha256").update(`${process.platform}-${process.arch}`).update(lock).digest("hex");
}

function isCurrent(wanted) {
  return fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted;
}

/** Two programs started at once in a fresh clone must not install over each other: the second waits for the first. */
function withInstallLock(work) {
  const id = createHash("sha256").update(root).digest("hex").slice(0, 12);
  const lock = path.join(os.tmpdir(), `claude-agents-install-${id}.lock`);
  for (;;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (!isHeld(lock)) fs.rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
  try {
    work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

function isHeld(lock) {
  try {
    process.kill(Number(fs.readFileSync(lock, "utf8")), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function install(wanted) {
  if (isCurrent(wanted)) return;
  process.stderr.write("Installing dependencies (npm ci, about a minute) ...\n");
  const started = Date.now();
  // npm's own Node may be older than the pinned one: its warnings about engines say nothing about this repository.
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
    process.stderr.write(`npm ci failed (${result.error?.message ?? `exit code ${result.status}`}). `);
    process.stderr.write("Check that the npm registry is reachable, then run the same command again.\n");
    process.exit(1);
  }
  fs.writeFileSync(stamp, wanted);
  process.stderr.write(`Dependencies installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

function run(args) {
  const bin = path.join(root, "node_modules", ".bin");
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` };
  const node = process.env.CLAUDE_AGENTS_NODE === "machine" ? process.execPath : path.join(bin, "node");
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...args], {
    cwd: root,
    stdio: "inherit",
    env,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // A terminal delivers Ctrl-C to the whole process group, so the child has had it already.
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (os.constants.signals[signal] ?? 0)));
  child.on("error", (error) => {
    process.stderr.write(`Cannot start ${node} (${error.message}). Remove node_modules and try again.\n`);
    process.exit(1);
  });
}

const wanted = fingerprint();
if (!isCurrent(wanted)) withInstallLock(() => install(wanted));
run(process.argv.slice(2));
