import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import type { WorkerOrder } from "./ledger-worker.ts";

const PROGRAM = path.join(import.meta.dirname, "ledger-worker.ts");

/** A process that charges the ledger, and what it said so far. */
export class RunningWorker {
  readonly name: string;
  readonly counts = new Map<string, number>();
  readonly violations: string[] = [];
  readonly log: string[] = [];
  settledNanoUsd = 0;
  /** The budget that it has come to. */
  budgetIndex = 0;
  /** When it was admitted, by the clock of the test. */
  readonly admittedAtMs: number[] = [];
  readonly #child: ChildProcess;

  constructor(order: WorkerOrder) {
    this.name = order.name;
    this.#child = spawn(process.execPath, [PROGRAM, JSON.stringify(order)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (this.#child.stdout === null) throw new Error("the worker has no output");
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#heard(line));
  }

  count(event: string): number {
    return this.counts.get(event) ?? 0;
  }

  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  /** Lets it end by itself. */
  async stop(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.stdin?.write("stop\n");
    await exited;
  }

  #heard(line: string): void {
    const [event = "", detail = ""] = line.split(/ (.*)/s);
    this.counts.set(event, this.count(event) + 1);
    if (event === "settled") this.settledNanoUsd += Number(detail);
    if (event === "admitted") {
      this.admittedAtMs.push(performance.now());
      this.budgetIndex = Number(detail);
    }
    if (event === "over") this.violations.push(detail);
    if (event === "log") this.log.push(detail);
  }
}
