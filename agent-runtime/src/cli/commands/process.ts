import type { Command } from "commander";
import type { z } from "zod";
import { breakerList } from "../../ops/routes/breakers.ts";
import { healthAnswer } from "../../ops/routes/deep-health.ts";
import { drainAnswer, processAnswer } from "../../ops/routes/process.ts";
import { switchList } from "../../ops/routes/switches.ts";
import { CliError, EXIT } from "../cli-error.ts";
import { countOf, examples, formatDuration, formatMebibytes } from "../format.ts";
import type { OpsAnswer } from "../ops-client.ts";
import type { OpenSession, Session } from "../session.ts";
import { plainRows, type Tone } from "../table.ts";

/** What runs, how it does, and its end. */
export function addProcessCommands(program: Command, open: OpenSession): void {
  program
    .command("status")
    .description("Shows what runs, its health, and whatever is not as usual: open breakers, kill switches.")
    .addHelpText("after", examples("agentctl status", "agentctl status --json"))
    .action((_options: object, command: Command) => showStatus(open(command)));
  program
    .command("health")
    .description("Shows the health of every part. Exits 1 when one is failing.")
    .addHelpText("after", examples("agentctl health", "agentctl health --json"))
    .action((_options: object, command: Command) => showHealth(open(command)));
  program
    .command("drain")
    .description(
      "Ends the process that answers as SIGTERM does: turns under way end first. Kubernetes starts another.",
    )
    .requiredOption("--reason <text>", "for the log")
    .option("--yes", "do not ask")
    .addHelpText("after", examples('agentctl drain --reason "memory grows" --yes'))
    .action((options: DrainOptions, command: Command) => drain(open(command), options));
}

interface DrainOptions {
  readonly reason: string;
  readonly yes?: true;
}

/** What needs the store fails while it is away; the rest is shown all the same. */
async function showStatus(session: Session): Promise<void> {
  const client = await session.one();
  const [process, health, breakers, switches] = await Promise.all([
    client.call({ path: "/process", answer: processAnswer }),
    attempt(client.call({ path: "/health", answer: healthAnswer })),
    attempt(client.call({ path: "/breakers", answer: breakerList })),
    attempt(client.call({ path: "/switches", answer: switchList })),
  ]);
  const missing = Object.entries({ health, breakers, switches }).flatMap(([part, { error }]) =>
    error === undefined ? [] : [{ part, message: error.message }],
  );
  const result: Status = {
    process: process.body,
    health: health.body,
    breakers: breakers.body?.breakers.filter(({ state }) => state !== "closed"),
    switches: switches.body?.switches.filter(({ percent }) => percent < 100),
    ...(missing.length === 0 ? {} : { missing }),
  };
  session.show(result, () => renderStatus(session, result));
  const [first] = [health, breakers, switches].flatMap(({ error }) => error ?? []);
  if (first === undefined) return;
  const parts = missing.map(({ part }) => part).join(", ");
  throw new CliError(first.exitCode, `Not shown: ${parts}. ${first.message}`, { isInResult: true });
}

type Attempt<Answer> =
  | { readonly body: Answer; readonly error?: undefined }
  | { readonly body?: undefined; readonly error: CliError };

async function attempt<Answer>(answer: Promise<OpsAnswer<Answer>>): Promise<Attempt<Answer>> {
  try {
    return { body: (await answer).body };
  } catch (error) {
    if (error instanceof CliError) return { error };
    throw error;
  }
}

interface Status {
  readonly process: z.output<typeof processAnswer>;
  /** What could not be asked is undefined. */
  readonly health: z.output<typeof healthAnswer> | undefined;
  readonly breakers: z.output<typeof breakerList>["breakers"] | undefined;
  readonly switches: z.output<typeof switchList>["switches"] | undefined;
  readonly missing?: readonly { readonly part: string; readonly message: string }[];
}

function renderStatus(session: Session, status: Status): string {
  const { process, health } = status;
  const facts = session.table(
    ["REGION", "VERSION", "PHASE", "UP FOR", "TURNS", "UPSTREAM", "HEALTH", "MEMORY"],
    plainRows([
      [
        process.region,
        process.version,
        process.phase,
        formatDuration(process.uptimeSeconds),
        process.turns,
        process.upstream,
        health && `${health.state} ${health.score}`,
        formatMebibytes(process.rssBytes),
      ],
    ]),
  );
  const oddities = odditiesOf(status);
  if (oddities.length === 0) return `${facts}\nNothing unusual.\n`;
  return `${facts}\n${session.table(["UNUSUAL", "DETAIL"], plainRows(oddities))}`;
}

function odditiesOf({ health, breakers = [], switches = [], missing = [] }: Status) {
  return [
    ...missing.map(({ part, message }) => [`${part} cannot be read`, message]),
    ...(health?.parts ?? [])
      .filter(({ state }) => state === "degraded" || state === "failing")
      .map(({ name, state, detail }) => [`${name} is ${state}`, detail]),
    ...breakers.map(({ model, state, failures }) => [
      `breaker of ${model} is ${state}`,
      `${failures} failures in a row`,
    ]),
    ...switches.map(({ scope, percent, lastUse }) => [
      `${scope} lets ${percent} % pass`,
      lastUse === undefined ? "" : `${lastUse.by}: ${lastUse.reason}`,
    ]),
  ];
}

const TONES: Readonly<Record<string, Tone>> = { ok: "good", degraded: "warning", failing: "bad" };

async function showHealth(session: Session): Promise<void> {
  const client = await session.one();
  const { body, region } = await client.call({ path: "/health", answer: healthAnswer });
  const { score, state, parts } = body;
  session.show(body, () => {
    const rows = parts.map((part) => ({
      cells: [part.name, part.state, part.score, part.detail],
      ...toneOf(part.state),
    }));
    const total = { cells: ["all", state, score, "as the worst part"], ...toneOf(state) };
    return session.table(["PART", "STATE", "SCORE", "DETAIL"], [...rows, total]);
  });
  if (state !== "failing") return;
  const failing = parts.filter((part) => part.state === "failing").map(({ name }) => name);
  throw new CliError(EXIT.failed, `${region} is failing: ${failing.join(", ")}.`, { isInResult: true });
}

function toneOf(state: string): { tone?: Tone } {
  const tone = TONES[state];
  return tone === undefined ? {} : { tone };
}

async function drain(session: Session, { reason, yes }: DrainOptions): Promise<void> {
  const client = await session.one();
  await session.confirm(`drains the gateway's process at ${client.name}, which then exits`, yes);
  const { body, region } = await client.call({
    method: "POST",
    path: "/process/drain",
    body: { reason },
    answer: drainAnswer,
  });
  session.show(
    body,
    () =>
      `The process of ${region} drains; it ends after ${countOf(body.turns, "turn", "turns")} under way.\n`,
  );
}
