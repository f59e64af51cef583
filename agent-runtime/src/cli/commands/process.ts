import type { Command } from "commander";
import type { z } from "zod";
import { breakerList } from "../../ops/routes/breakers.ts";
import { healthAnswer } from "../../ops/routes/deep-health.ts";
import { drainAnswer, processAnswer } from "../../ops/routes/process.ts";
import { switchList } from "../../ops/routes/switches.ts";
import { CliError, EXIT } from "../cli-error.ts";
import { countOf, examples, formatDuration, formatMebibytes } from "../format.ts";
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

async function showStatus(session: Session): Promise<void> {
  const client = await session.one();
  const [process, health, breakers, switches] = await Promise.all([
    client.call({ path: "/process", answer: processAnswer }),
    client.call({ path: "/health", answer: healthAnswer }),
    client.call({ path: "/breakers", answer: breakerList }),
    client.call({ path: "/switches", answer: switchList }),
  ]);
  const result = {
    process: process.body,
    health: health.body,
    breakers: breakers.body.breakers.filter(({ state }) => state !== "closed"),
    switches: switches.body.switches.filter(({ percent }) => percent < 100),
  };
  session.show(result, () => renderStatus(session, result));
}

interface Status {
  readonly process: z.output<typeof processAnswer>;
  readonly health: z.output<typeof healthAnswer>;
  readonly breakers: z.output<typeof breakerList>["breakers"];
  readonly switches: z.output<typeof switchList>["switches"];
}

function renderStatus(session: Session, { process, health, breakers, switches }: Status): string {
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
        `${health.state} ${health.score}`,
        formatMebibytes(process.rssBytes),
      ],
    ]),
  );
  const oddities = [
    ...health.parts
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
  if (oddities.length === 0) return `${facts}\nNothing unusual.\n`;
  return `${facts}\n${session.table(["UNUSUAL", "DETAIL"], plainRows(oddities))}`;
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
