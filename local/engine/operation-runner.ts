import type { EngineEvent } from "./event-summary.ts";
import { runOperation } from "./operation.ts";
import type { OperationResult } from "./operation-result.ts";
import type { PulumiCli } from "./pulumi-cli.ts";
import { recoverStack, type StackAddress } from "./recovery.ts";

export interface OperationRunner {
  /**
   * Puts the stack in order if need be, then runs the CLI with `args`.
   *
   * @throws Error while another operation of this runner is under way, StackBusyError while another process works on the stack
   */
  run(args: readonly string[], signal?: AbortSignal): Promise<OperationResult>;
  /** Interrupts the operation under way, if any, and waits for its end. */
  interrupt(): Promise<void>;
}

/** Runs the operations on one stack, one at a time. */
export function createOperationRunner(
  cli: PulumiCli,
  address: StackAddress,
  onEvent: (event: EngineEvent) => void,
): OperationRunner {
  let running: { readonly interruption: AbortController; readonly ended: Promise<unknown> } | undefined;

  async function recoverAndRun(args: readonly string[], signal: AbortSignal): Promise<OperationResult> {
    const notes = await recoverStack(cli, address);
    return runOperation(cli, { args: [...args, "--stack", address.stack], signal, notes, onEvent });
  }

  return {
    async run(args, signal) {
      if (running !== undefined) throw new Error("This engine is already at work; wait for it or cancel it.");
      const interruption = new AbortController();
      const signals = signal === undefined ? [] : [signal];
      const ended = recoverAndRun(args, AbortSignal.any([...signals, interruption.signal]));
      running = { interruption, ended };
      try {
        return await ended;
      } finally {
        running = undefined;
      }
    },
    async interrupt() {
      running?.interruption.abort();
      await running?.ended.catch(() => undefined);
    },
  };
}
