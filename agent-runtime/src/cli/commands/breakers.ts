import type { Command } from "commander";
import { breakerList, breakerReset } from "../../ops/routes/breakers.ts";
import { CliError, EXIT } from "../cli-error.ts";
import { countOf, examples, formatTime } from "../format.ts";
import type { OpenSession, Session } from "../session.ts";
import type { Tone } from "../table.ts";

/** Breakers of the upstream, one for each model. */
export function addBreakerCommands(program: Command, open: OpenSession): void {
  const breakers = program
    .command("breakers")
    .description("Circuit breakers of the upstream, one for each model.");
  breakers
    .command("list")
    .description("Shows the breakers of the process that answers; each replica has its own.")
    .addHelpText("after", examples("agentctl breakers list", "agentctl breakers list --json"))
    .action((_options: object, command: Command) => list(open(command)));
  breakers
    .command("reset")
    .description("Closes the breaker of a model, or all, on every replica of the region.")
    .argument("[model]", "model whose breaker is closed, by id or alias")
    .option("--all", "close the breakers of all models")
    .addHelpText(
      "after",
      examples("agentctl breakers reset claude-sonnet-5-5", "agentctl breakers reset --all"),
    )
    .action((model: string | undefined, options: { all?: true }, command: Command) =>
      reset(open(command), model, options.all),
    );
}

const TONES: Readonly<Record<string, Tone>> = { open: "bad", "half-open": "warning" };

async function list(session: Session): Promise<void> {
  const client = await session.one();
  const { body } = await client.call({ path: "/breakers", answer: breakerList });
  session.show(body, () => {
    const rows = body.breakers.map(({ model, state, failures, openedAt }) => {
      const tone = TONES[state];
      const cells = [model, state, failures, openedAt && formatTime(openedAt)];
      return { cells, ...(tone === undefined ? {} : { tone }) };
    });
    return session.table(["MODEL", "STATE", "FAILURES", "OPEN SINCE"], rows);
  });
}

async function reset(session: Session, model: string | undefined, all: true | undefined): Promise<void> {
  if ((model === undefined) === (all === undefined)) {
    throw new CliError(EXIT.usage, "Name one model, or give --all for the breakers of all models.");
  }
  const client = await session.one();
  const { body, region } = await client.call({
    method: "POST",
    path: "/breakers/reset",
    body: model === undefined ? {} : { model },
    answer: breakerReset,
  });
  const what = body.model === undefined ? "" : ` of ${body.model}`;
  const closed = `Closed ${countOf(body.reset, "breaker", "breakers")}${what} in the process of ${region} that answered; its other replicas were told.\n`;
  session.show(body, () => (body.known ? closed : ""));
  if (body.known) return;
  throw new CliError(
    EXIT.failed,
    `No model is called ${model}, and the process that answered has no breaker of that name. List them with: agentctl breakers list`,
    { isInResult: true },
  );
}
