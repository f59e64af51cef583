import { Command, CommanderError } from "commander";
import { CliError, EXIT } from "./cli-error.ts";
import { type CliHost, processHost } from "./cli-host.ts";
import { addBreakerCommands } from "./commands/breakers.ts";
import { addBudgetCommands } from "./commands/budgets.ts";
import { addCacheCommands } from "./commands/caches.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addKeyCommands } from "./commands/keys.ts";
import { addKillSwitchCommands } from "./commands/kill-switch.ts";
import { addLimitsCommand } from "./commands/limits.ts";
import { addProcessCommands } from "./commands/process.ts";
import { addUsageCommand } from "./commands/usage.ts";
import { examples } from "./format.ts";
import { collect } from "./option-values.ts";
import { printable } from "./printable.ts";
import { type GlobalOptions, type OpenSession, Session } from "./session.ts";

/**
 * Runs one `agentctl` command.
 *
 * @param argv what follows the word `agentctl`.
 * @returns the exit code: 0 done, 1 refused or failed, 2 wrong usage, 3 unreachable, 4 not permitted.
 */
export async function runAgentctl(argv: readonly string[], host: CliHost = processHost()): Promise<number> {
  const program = buildProgram(host);
  try {
    await program.parseAsync(argv, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    return fail(error, host, program.opts<GlobalOptions>());
  }
}

function buildProgram(host: CliHost): Command {
  const program = new Command(host.programName)
    .description(
      "Operates the gateway through its ops port: breakers, budgets, caches, keys, kill switches, usage.",
    )
    .option("--url <url>", "ops URL; several for commands that reach every region (AGENTCTL_URL)", collect)
    .option("--key-file <file>", "file that holds the key (else AGENTCTL_KEY)")
    .option("--json", "print JSON instead of text")
    .addHelpText("after", host.helpNote === undefined ? HELP : `${HELP}\n${host.helpNote}`);
  // Set before commands are added: they take these settings over.
  program
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => host.write(text), writeErr: (text) => host.writeError(text) });
  const open: OpenSession = (command) => new Session(host, command.optsWithGlobals<GlobalOptions>());
  addProcessCommands(program, open);
  addBreakerCommands(program, open);
  addBudgetCommands(program, open);
  addCacheCommands(program, open);
  addLimitsCommand(program, open);
  addKeyCommands(program, open);
  addKillSwitchCommands(program, open);
  addUsageCommand(program, open);
  addCompletionCommand(program, (text) => host.write(text));
  return program;
}

const HELP = `${examples(
  "agentctl status",
  "agentctl budgets show --scope tenant:acme",
  'agentctl kill-switch on --scope tenant:acme --reason "runaway loop"',
)}
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 unreachable, 4 not permitted.
`;

function fail(error: unknown, host: CliHost, { json }: GlobalOptions): number {
  // Commander has written its own message, or help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof CliError)) throw error;
  const message = printable(error.message);
  if (!json) host.writeError(`error: ${message}\n`);
  else if (!error.isInResult) host.write(`${JSON.stringify({ error: { message } }, null, 2)}\n`);
  return error.exitCode;
}
