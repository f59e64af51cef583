import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { DrillEnvironment } from "../drills/drill-environment.ts";
import type { Runbook } from "./runbook.ts";

/** The environment in which an operator would type the commands. */
interface OperatorShell {
  /** The programs `kubectl` and `agentctl` are put there. */
  readonly folder: string;
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** Context of the region in trouble, and of another one. */
  readonly region: string;
  readonly otherRegion: string;
  /** Which embedded environment `agentctl` speaks to. */
  readonly env: Readonly<Record<string, string>>;
}

/** A block that has failed. */
export interface FailedBlock {
  /** Runbook and line. */
  readonly place: string;
  readonly command: string;
  readonly output: string;
}

const TIMEOUT_MS = 120_000;
const LOOKING_AT_ONCE = 4;
const ROOT = path.join(import.meta.dirname, "../..");

/**
 * A shell for an environment of real pods, with the primary region as the one in trouble.
 *
 * @param env which environment that is, as the project's commands take it
 */
export async function openShell(
  { instance, record, primary, standby }: DrillEnvironment,
  env: OperatorShell["env"],
): Promise<OperatorShell> {
  const shell = {
    folder: path.join(instance.stateDir, "operator"),
    kubectl: record.tools.kubectl,
    kubeconfig: instance.kubeconfig,
    region: primary.name,
    otherRegion: standby.name,
    env,
  };
  await putPrograms(shell);
  return shell;
}

/** Puts the operator's programs into the shell's folder. */
async function putPrograms(shell: OperatorShell): Promise<void> {
  await mkdir(shell.folder, { recursive: true });
  const programs = {
    kubectl: `exec ${quote(shell.kubectl)} "$@"`,
    agentctl: `exec ${quote(process.execPath)} ${quote(path.join(ROOT, "local/agentctl.ts"))} "$@"`,
  };
  for (const [name, command] of Object.entries(programs)) {
    const file = path.join(shell.folder, name);
    await writeFile(file, `#!/bin/sh\n${command}\n`);
    await chmod(file, 0o755);
  }
}

/**
 * Runs blocks of runbooks in their order, each as one script that ends at its first failing command. A block of the same
 * text as one before is not run again, unless it changes something. Those that only look run several at a time where no
 * other does.
 *
 * @returns how many ran, and those that failed
 */
export async function runBlocks(
  runbooks: readonly Runbook[],
  shell: OperatorShell,
  { onlyLooking }: { readonly onlyLooking: boolean },
): Promise<{ readonly ran: number; readonly failed: readonly FailedBlock[] }> {
  const blocks = blocksToRun(runbooks, onlyLooking);
  const failed: FailedBlock[] = [];
  const queue = blocks.values();
  const work = async () => {
    for (const { place, text } of queue) {
      const output = await failureOf(text, shell);
      if (output !== undefined) failed.push({ place, command: text, output });
    }
  };
  await Promise.all(Array.from({ length: onlyLooking ? LOOKING_AT_ONCE : 1 }, work));
  return { ran: blocks.length, failed };
}

function blocksToRun(runbooks: readonly Runbook[], onlyLooking: boolean) {
  const seen = new Set<string>();
  return runbooks.flatMap(({ slug, blocks }) =>
    blocks.flatMap(({ text, line, changes }) => {
      if (changes ? onlyLooking : seen.has(text)) return [];
      seen.add(text);
      return [{ place: `${slug}.md:${line}`, text }];
    }),
  );
}

async function failureOf(text: string, shell: OperatorShell): Promise<string | undefined> {
  const result = await execa("bash", ["-euo", "pipefail", "-c", text], {
    cwd: ROOT,
    env: {
      ...shell.env,
      PATH: `${shell.folder}${path.delimiter}${process.env["PATH"] ?? ""}`,
      KUBECONFIG: shell.kubeconfig,
      REGION: shell.region,
      OTHER_REGION: shell.otherRegion,
    },
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: TIMEOUT_MS,
  });
  return result.failed ? `${result.all}\n${result.shortMessage}` : undefined;
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
