import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { startDetached } from "../../process/detached-process.ts";
import { lastLines } from "../../process/log-file.ts";
import { processFacts } from "../../process/process-facts.ts";
import { factsOf, isAlive, readRecord, stopRecorded } from "../../process/process-record.ts";
import type { RegionPart } from "../contract.ts";
import { createControlGroup, processesOf, removeControlGroup } from "./control-groups.ts";
import { isPluggedIn, plugIn, unplug } from "./host-network.ts";
import {
  type Command,
  LOG_FOLDER,
  MACHINE_PATH,
  MACHINE_ROOT,
  MACHINE_TEMPORARY,
  type MachinePlan,
} from "./machine-plan.ts";

/** One machine of a region: a tree of processes in namespaces of its own, and a folder that outlives its power-off. */
export interface Machine {
  readonly name: string;
  /** On the host. */
  readonly folder: string;
  readonly block: number;
  readonly address: string;
  /** Path of the control group that holds everything of it. */
  readonly controlGroup: string;
}

/** Collects orphans and ends with the program that it runs. */
const INIT = "catatonit";
const START_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

/** Whether the machine is on. */
export async function isOn(machine: Machine): Promise<boolean> {
  const record = await readRecord(recordFile(machine));
  return record !== undefined && (await isAlive(record));
}

/** When a machine that is on was switched on, in milliseconds since 1970. */
export async function switchedOnAt(machine: Machine): Promise<number> {
  return (await stat(recordFile(machine))).mtimeMs;
}

/** Whether the machine is on, was switched on with just this plan, and is joined to the others. */
export async function runsAsPlanned(machine: Machine, plan: MachinePlan): Promise<boolean> {
  if (!(await isOn(machine)) || !(await isPluggedIn(machine.block, machine.address))) return false;
  const kept = await readFile(planFile(machine), "utf8").catch(() => "");
  return kept === planText(machine, plan);
}

/** Switches a machine on with this plan, from off where it was on. What it had on disk before is there again. */
export async function powerOn(machine: Machine, plan: MachinePlan): Promise<void> {
  await powerOff(machine);
  await mkdir(path.join(machine.folder, LOG_FOLDER), { recursive: true, mode: 0o700 });
  await writeFile(planFile(machine), planText(machine, plan));
  await boot(machine);
}

/** Switches a machine that is off on again, with the plan that it has. */
export async function boot(machine: Machine): Promise<void> {
  const groups = await createControlGroup(machine.controlGroup);
  const namespaces = [
    "--mount",
    "--net",
    "--pid",
    "--uts",
    "--ipc",
    "--fork",
    "--kill-child",
    "--mount-proc",
  ];
  const program = [
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    INIT_PROGRAM,
    planFile(machine),
  ];
  await startDetached({
    file: "sh",
    // A process joins its control groups before it has any children, or has none: nobody would find it to end it.
    args: [
      ...["-c", 'for group in $CONTROL_GROUPS; do echo 0 >"$group" || exit 1; done; exec "$@"', "sh"],
      ...["unshare", ...namespaces, "--", INIT, "--", ...program, machine.folder],
    ],
    env: { PATH: MACHINE_PATH, CONTROL_GROUPS: groups.join(" ") },
    cwd: "/",
    logFile: path.join(machine.folder, LOG_FOLDER, "power.log"),
    recordFile: recordFile(machine),
  });
  await plugIn(machine.block, machine.address, await firstProcess(machine));
}

const INIT_PROGRAM = path.join(import.meta.dirname, "machine-init.ts");

function planFile({ folder }: Machine): string {
  return path.join(folder, "plan.json");
}

function planText(machine: Machine, plan: MachinePlan): string {
  return JSON.stringify({ ...plan, setup: [...ownFolders(machine), ...plan.setup] });
}

function ownFolders({ folder }: Machine): Command[] {
  return [
    // Mounts made by one program of the machine reach the others.
    ["mount", "--make-rshared", "/"],
    ["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run"],
    ["mkdir", "-p", MACHINE_ROOT, "/run/lock", "/run/netns"],
    ["mount", "--bind", folder, MACHINE_ROOT],
  ];
}

/** Ends everything on the machine at once, as a power cut does. Its folder stays. */
export async function powerOff(machine: Machine): Promise<void> {
  await stopRecorded(recordFile(machine), { graceMs: 0 });
  await unplug(machine.block, machine.address);
  await removeControlGroup(machine.controlGroup);
}

/** Powers the machine off and forgets it. */
export async function removeMachine(machine: Machine): Promise<void> {
  await powerOff(machine);
  await rm(machine.folder, { recursive: true, force: true });
}

/**
 * Runs a program on the machine, once that has its own folders, and returns what it prints.
 *
 * @throws Error with what it says when it fails
 */
export async function runOn(machine: Machine, command: Command, signal?: AbortSignal): Promise<string> {
  const namespaces = ["--mount", "--net", "--pid", "--uts", "--ipc"];
  // The program is a child of what is cancelled here, and ends with it only if it is told to.
  const leashed = ["setpriv", "--pdeathsig", "KILL", ...command];
  const { stdout } = await execa(
    "nsenter",
    ["--target", String(await settledProcess(machine)), ...namespaces, ...leashed],
    {
      env: { PATH: MACHINE_PATH, TMPDIR: MACHINE_TEMPORARY },
      extendEnv: false,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    },
  );
  return stdout;
}

/** A process of a machine that has folders of its own: before, whoever enters it would see and change the host's. */
async function settledProcess(machine: Machine): Promise<number> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await delay(POLL_MS)) {
    const pid = await firstProcess(machine);
    const mounts = await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "");
    if (mounts.includes(` ${MACHINE_ROOT} `)) return pid;
    if (Date.now() > deadline) {
      throw new Error(`The machine ${machine.name} does not get ready. ${await lastWords(machine)}`);
    }
  }
}

/** The first process within the machine's namespaces, as the host numbers it. */
async function firstProcess(machine: Machine): Promise<number> {
  const record = await readRecord(recordFile(machine));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (record !== undefined && Date.now() < deadline && (await factsOf(record)) !== undefined) {
    const children = await readFile(`/proc/${record.pid}/task/${record.pid}/children`, "utf8").catch(
      () => "",
    );
    const [child] = children.split(" ").filter(Boolean).map(Number);
    if (child !== undefined) return child;
    await delay(POLL_MS);
  }
  throw new Error(`The machine ${machine.name} is not on. ${await lastWords(machine)}`);
}

/** What a machine has said of its last preparation, and what the programs that switch it on have. */
async function lastWords({ folder }: Machine): Promise<string> {
  const logs = ["machine.log", "power.log"].map((name) => lastLines(path.join(folder, LOG_FOLDER, name), 5));
  return (await Promise.all(logs)).flat().join("\n");
}

/** The services of a machine and what they use; each is found by the name of its program. */
export async function machineParts(
  machine: Machine,
  services: readonly string[],
  label: (service: string) => string = String,
): Promise<RegionPart[]> {
  const pids = await processesOf(`${machine.controlGroup}/machine`);
  const processes = (await Promise.all(pids.map(processFacts))).filter((facts) => facts !== undefined);
  return services.map((service) => {
    // The path of a program may hold blanks, as what separates it from its arguments.
    const program = new RegExp(`(^|/)${service}( |$)`);
    const facts = processes.find(({ commandLine }) => program.test(commandLine));
    return {
      name: label(service),
      pid: facts?.pid,
      isAlive: facts !== undefined,
      cpuSeconds: facts?.cpuSeconds ?? 0,
      rssBytes: facts?.rssBytes ?? 0,
      logFile: path.join(machine.folder, LOG_FOLDER, `${service}.log`),
    };
  });
}

function recordFile({ folder }: Machine): string {
  return path.join(folder, "machine.json");
}
