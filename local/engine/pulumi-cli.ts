import { execa } from "execa";

/** How to call the Pulumi CLI for one environment. */
export interface PulumiCli {
  readonly path: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface CliOptions {
  /** Text for standard input. Default: none. */
  readonly input?: string;
  /** Aborting it interrupts the CLI as Ctrl-C would: it ends cleanly and saves its state. */
  readonly signal?: AbortSignal;
}

export interface CliResult {
  /** `undefined` when a signal ended the CLI. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the CLI to its end, whatever that is.
 *
 * @throws Error when the CLI cannot be started.
 */
export async function runCli(
  cli: PulumiCli,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  // In a process group of its own the terminal's Ctrl-C does not reach it: a second SIGINT would make it drop its state.
  const child = execa(cli.path, [...args, "--non-interactive", "--color", "never"], {
    cwd: cli.cwd,
    env: cli.env,
    extendEnv: false,
    detached: true,
    reject: false,
    input: options.input ?? "",
  });
  const interrupt = () => child.kill("SIGINT");
  options.signal?.addEventListener("abort", interrupt, { once: true });
  if (options.signal?.aborted) interrupt();
  process.once("exit", interrupt);
  try {
    const result = await child;
    if (result.exitCode === undefined && result.signal === undefined)
      throw new Error(`Cannot run ${cli.path}: ${result.originalMessage}`);
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
  } finally {
    options.signal?.removeEventListener("abort", interrupt);
    process.removeListener("exit", interrupt);
  }
}

/**
 * Runs the CLI and returns its standard output.
 *
 * @throws Error with the CLI's own message when it fails.
 */
export async function requireCli(
  cli: PulumiCli,
  args: readonly string[],
  options: CliOptions = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await runCli(cli, args, options);
  if (exitCode === 0) return stdout;
  throw new Error(`pulumi ${args.join(" ")} failed: ${(stderr || stdout).trim()}`);
}
