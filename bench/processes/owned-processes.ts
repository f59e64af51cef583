import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile, stat, truncate } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { processFacts } from "../../local/process/process-facts.ts";
import { factsOfTree } from "./process-tree.ts";

export interface ProgramPlan {
  /** Also names its log. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** All it gets beside `PATH`, `HOME` and `TZ`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface OwnedProcess {
  readonly pid: number;
  readonly name: string;
  hasEnded(): boolean;
  /** The end of what it has written. */
  lastWords(): Promise<string>;
  /** Asks it to end, then ends it and all that it has started. */
  stop(): Promise<void>;
}

const GRACE_MS = 3_000;
const LAST_WORDS_CHARACTERS = 600;

/** Access logs of some minutes under full load fill a disk. */
const MAX_LOG_BYTES = 64 * 2 ** 20;

/** Every process that the bench has started, each ended by its own id, whatever ends the bench. */
export class OwnedProcesses {
  readonly #folder: string;
  readonly #children = new Set<ChildProcess>();
  readonly #logs = new Set<string>();
  #started = 0;

  /** @param folder where their logs go */
  constructor(folder: string) {
    this.#folder = folder;
    process.once("exit", () => {
      for (const child of this.#children) child.kill("SIGKILL");
    });
  }

  start(plan: ProgramPlan): OwnedProcess {
    this.#started += 1;
    const logFile = path.join(this.#folder, `${this.#started}-${plan.name}.log`);
    const child = spawnLogged(plan, logFile);
    this.#children.add(child);
    this.#logs.add(logFile);
    child.once("exit", () => this.#children.delete(child));
    const { pid } = child;
    if (pid === undefined) throw new Error(`${plan.name} could not be started`);
    return {
      pid,
      name: plan.name,
      hasEnded: () => hasEnded(child),
      lastWords: async () => (await readFile(logFile, "utf8")).trim().slice(-LAST_WORDS_CHARACTERS),
      stop: () => stopTree(child, pid),
    };
  }

  /** Empties logs that have grown large. They are written at their end, so nobody notices. */
  async trimLogs(): Promise<void> {
    for (const file of this.#logs) if ((await stat(file)).size > MAX_LOG_BYTES) await truncate(file);
  }

  async stopAll(): Promise<void> {
    const running = [...this.#children].flatMap((child) =>
      child.pid === undefined ? [] : [stopTree(child, child.pid)],
    );
    await Promise.all(running);
  }
}

function spawnLogged({ name, file, args, env, cwd }: ProgramPlan, logFile: string): ChildProcess {
  const log = openSync(logFile, "a", 0o600);
  try {
    const child = spawn(file, args, {
      env: { ...machineEnv(), ...env },
      stdio: ["ignore", log, log],
      ...(cwd === undefined ? {} : { cwd }),
    });
    child.on("error", (error) => console.error(`${name}: ${error.message}`));
    return child;
  } finally {
    closeSync(log);
  }
}

/** Nothing else of this terminal's environment may change what is measured. */
function machineEnv(): Record<string, string> {
  return Object.fromEntries(
    ["PATH", "HOME", "TZ"].flatMap((name): [string, string][] => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function stopTree(child: ChildProcess, pid: number): Promise<void> {
  const tree = await factsOfTree([pid]);
  if (!hasEnded(child)) {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await Promise.race([exited, delay(GRACE_MS, undefined, { ref: false })]);
    if (!hasEnded(child)) child.kill("SIGKILL");
    if (!hasEnded(child)) await exited;
  }
  for (const { pid: descendant, startMark } of tree) {
    // The id may have gone to somebody else's process meanwhile.
    const now = await processFacts(descendant);
    if (now?.startMark === startMark) process.kill(descendant, "SIGKILL");
  }
}
