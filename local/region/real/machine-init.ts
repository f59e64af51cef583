/**
 * The first program of a machine, in namespaces of its own: prepares the machine as its plan says and keeps its
 * services running. Started by `machine.ts` under an init that collects orphans.
 *
 * Usage: node machine-init.ts <plan.json> <folder of the machine>
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { boundLog } from "../../process/log-file.ts";
import {
  type Command,
  type Gate,
  LOG_FOLDER,
  MACHINE_PATH,
  MACHINE_TEMPORARY,
  type MachinePlan,
  type MachineService,
} from "./machine-plan.ts";

const POLL_MS = 100;
const RESTART_DELAY_MS = 1000;

/** Size above which a log is cut before its program starts. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

const [planFile = "", folder = ""] = process.argv.slice(2);
const plan = JSON.parse(await readFile(planFile, "utf8")) as MachinePlan;
const logs = path.join(folder, LOG_FOLDER);
await mkdir(logs, { recursive: true });

try {
  for (const [file, text] of Object.entries(plan.files ?? {})) await write(path.join(folder, file), text);
  await networkIsThere();
  for (const command of plan.setup) await run(command);
  await mkdir(MACHINE_TEMPORARY, { recursive: true });
  for (const service of plan.services) void keepRunning(service);
} catch (error) {
  say(String(error));
  process.exit(1);
}

/** What cannot be written is lost: a full disk must not end the machine. */
function say(text: string): void {
  try {
    appendFileSync(path.join(logs, "machine.log"), `${new Date().toISOString()} ${text}\n`, { mode: 0o600 });
  } catch {
    // There is nobody else to tell.
  }
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text, { mode: 0o600 });
}

/** The host moves the network interface in once it knows this machine's process. */
async function networkIsThere(): Promise<void> {
  while (!(await readFile("/proc/net/dev", "utf8")).includes("eth0:")) await delay(POLL_MS / 10);
}

async function run([file, ...args]: Command): Promise<void> {
  const child = spawn(file, args, {
    env: { PATH: MACHINE_PATH },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${[file, ...args].join(" ")} failed (${code}): ${complaint.trim()}`);
}

async function keepRunning(service: MachineService): Promise<never> {
  const { name, after } = service;
  for (;;) {
    while (after !== undefined && !(await isOpen(after))) await delay(POLL_MS);
    say(`${name} starts`);
    say(`${name} ${await runToItsEnd(service)}`);
    await delay(RESTART_DELAY_MS);
  }
}

/** Returns what became of the program; one that cannot be started is no reason to end the machine. */
async function runToItsEnd({ name, command: [file, ...args] }: MachineService): Promise<string> {
  const logFile = path.join(logs, `${name}.log`);
  try {
    await boundLog(logFile, MAX_LOG_BYTES).catch(() => undefined);
    await using log = await open(logFile, "a", 0o600);
    const child = spawn(file, args, {
      env: { PATH: MACHINE_PATH, HOME: "/root", TMPDIR: MACHINE_TEMPORARY },
      stdio: ["ignore", log.fd, log.fd],
    });
    const [code, signal] = await once(child, "exit");
    return `ended (${code ?? signal})`;
  } catch (error) {
    return `cannot be started: ${error}`;
  }
}

function isOpen(gate: Gate): Promise<boolean> {
  return gate.kind === "socket" ? listens(gate.path) : answers(gate.url, gate.authorityFile);
}

async function listens(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function answers(url: string, authorityFile: string): Promise<boolean> {
  try {
    const call = request(url, { ca: await readFile(authorityFile), timeout: 1000 });
    call.on("timeout", () => call.destroy(new Error("timeout"))).end();
    const [response] = await once(call, "response");
    response.resume();
    return true;
  } catch {
    return false;
  }
}
