import { type PulumiCli, requireCli } from "./pulumi-cli.ts";
import { lockHolders } from "./stack-lock.ts";
import { readStackState } from "./stack-state.ts";

export interface StackAddress {
  readonly backendDir: string;
  readonly project: string;
  readonly stack: string;
}

/** Another engine is working on this stack. */
class StackBusyError extends Error {
  override readonly name = "StackBusyError";
}

/**
 * Puts a stack in order that a killed engine has left behind: releases its lock and forgets the operations that were under
 * way. What they made is found again by the next update: providers here take over objects that they made themselves.
 *
 * @returns what was done, as sentences for the user; empty when nothing was wrong
 * @throws StackBusyError when the lock belongs to a process that may still be at work
 */
export async function recoverStack(cli: PulumiCli, address: StackAddress): Promise<string[]> {
  const released = await releaseStaleLock(cli, address);
  const forgotten = await forgetPendingOperations(cli, address);
  return [...released, ...forgotten];
}

/** The first half of {@link recoverStack}. */
export async function releaseStaleLock(
  cli: PulumiCli,
  { backendDir, project, stack }: StackAddress,
): Promise<string[]> {
  const holders = await lockHolders(backendDir, project, stack);
  const holder = holders.find(({ alive }) => alive);
  if (holder !== undefined) {
    throw new StackBusyError(
      `Stack ${stack} is being changed by process ${holder.pid} on ${holder.hostname} since ${holder.since}. ` +
        "Wait for it to end, or end it.",
    );
  }
  const [stale] = holders;
  if (stale === undefined) return [];
  await requireCli(cli, ["cancel", "--yes", "--stack", stack]);
  return [`Released the lock of process ${stale.pid}, which ended without cleaning up (${stale.since}).`];
}

async function forgetPendingOperations(
  cli: PulumiCli,
  { backendDir, project, stack }: StackAddress,
): Promise<string[]> {
  const pending = (await readStackState(backendDir, project, stack))?.pendingOperations ?? 0;
  if (pending === 0) return [];
  // Importing what was exported is the CLI's own way to clear them; secrets stay encrypted on the way.
  const state = await requireCli(cli, ["stack", "export", "--stack", stack]);
  await requireCli(cli, ["stack", "import", "--stack", stack], { input: state });
  return [`${pending} operations were under way when the engine was killed; this run looks at them anew.`];
}
