import { styleText } from "node:util";
import { type Command, CommanderError } from "commander";

/** What every command of the embedded environment gets. */
export interface CommandContext<Options> {
  readonly options: Options & CommonOptions;
  /** Positional arguments as given. */
  readonly args: readonly string[];
  /** Aborted by the first Ctrl-C or SIGTERM; whoever waits must clean up and end. */
  readonly signal: AbortSignal;
}

export interface CommonOptions {
  json?: boolean;
  verbose?: boolean;
}

const EXIT = { failure: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs one command: adds `--json` and `--verbose`, turns Ctrl-C into an abort signal and every failure into one
 * readable error on standard error (as an object on standard output with `--json`).
 *
 * Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 interrupted. A second Ctrl-C ends at once.
 */
export async function runCommand<Options extends object>(
  command: Command,
  action: (context: CommandContext<Options>) => Promise<void>,
): Promise<void> {
  command
    .option("--json", "print one JSON object instead of text")
    .option("--verbose", "show every line of the tools underneath")
    .exitOverride()
    .showHelpAfterError();
  const abort = new AbortController();
  listenForInterrupt(abort);
  try {
    await command.parseAsync();
    const options = command.opts<Options & CommonOptions>();
    await action({ options, args: command.args, signal: abort.signal });
  } catch (error) {
    process.exitCode = fail(error, abort.signal, command.opts<CommonOptions>());
  }
  await Promise.all([process.stdout, process.stderr].map(flush));
  // Sockets kept alive by clients must not keep a finished command running.
  process.exit();
}

/** Waits until a slow reader has everything that was printed: what is still on its way to a pipe ends with the process. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}

function listenForInterrupt(abort: AbortController): void {
  let since = 0;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      // npm and the terminal may both deliver one key press.
      if (abort.signal.aborted && Date.now() - since > 500) process.exit(EXIT.interrupted);
      if (abort.signal.aborted) return;
      since = Date.now();
      process.stderr.write("\nStopping; press Ctrl-C again to end at once.\n");
      abort.abort(new Error("interrupted"));
    });
  }
}

function fail(error: unknown, signal: AbortSignal, options: CommonOptions): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  const interrupted = signal.aborted;
  const message = interrupted ? "interrupted; run the same command again to go on" : messageOf(error);
  if (options.json) console.log(JSON.stringify({ error: { message } }, null, 2));
  else console.error(`\n${styleText("red", "error:", { stream: process.stderr })} ${message}`);
  if (options.verbose && error instanceof Error) console.error(error.stack);
  return interrupted ? EXIT.interrupted : EXIT.failure;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
