/**
 * The first program of a machine, in namespaces of its own: prepares the machine as its plan says and keeps its
 * services running. Started by `machine.ts` under an init that collects orphans.
 *
 * Usage: node machine-init.ts <plan.json> <folder of the machine>
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { request } from "node:https";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Command,
  type Gate,
  LOG_FOLDER,
  MACHINE_PATH,
  type MachinePlan,
  type MachineService,
} from "./machine-plan.ts";

const POLL_MS = 100;
const RESTART_DELAY_MS = 1000;

const [planFile = "", folder = ""] = process.argv.slice(2);
const plan = JSON.parse(await readFile(planFile, "utf8")) as MachinePlan;
const logs = path.join(folder, LOG_FOLDER);
await mkdir(logs, { recursive: true });
const events = createWriteStream(path.join(logs, "machine.log"), { flags: "a" });

try {
  await networkIsThere();
  for (const command of plan.setup) await run(command);
  for (const service of plan.services) void keepRunning(service);
} catch (error) {
  say(String(error));
  await new Promise((resolve) => events.end(resolve));
  process.exit(1);
}

function say(text: string): void {
  events.write(`${new Date().toISOString()} ${text}\n`);
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

async function keepRunning({ name, command: [file, ...args], after }: MachineService): Promise<never> {
  const log = openSync(path.join(logs, `${name}.log`), "a", 0o600);
  for (;;) {
    while (after !== undefined && !(await isOpen(after))) await delay(POLL_MS);
    say(`${name} starts`);
    const child = spawn(file, args, {
      env: { PATH: MACHINE_PATH, HOME: "/root", TMPDIR: "/tmp" },
      stdio: ["ignore", log, log],
    });
    const end = await Promise.race([
      once(child, "exit").then(([code, signal]) => `${name} ended (${code ?? signal})`),
      once(child, "error").then(([error]) => `${name} cannot be started: ${error}`),
    ]);
    say(end);
    await delay(RESTART_DELAY_MS);
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
  const call = request(url, { ca: await readFile(authorityFile), timeout: 1000 });
  try {
    call.on("timeout", () => call.destroy(new Error("timeout"))).end();
    const [response] = await once(call, "response");
    response.resume();
    return true;
  } catch {
    return false;
  }
}
