import type { Command } from "commander";
import type { z } from "zod";
import { limitsAnswer } from "../../ops/routes/limits.ts";
import { examples, formatUsd } from "../format.ts";
import type { OpenSession, Session } from "../session.ts";
import { plainRows } from "../table.ts";

interface ShowOptions {
  readonly tenant?: string;
  readonly key?: string;
}

/** Rate limits and caps, as configured. */
export function addLimitsCommand(program: Command, open: OpenSession): void {
  program
    .command("limits")
    .description("Rate limits and caps, as configured.")
    .command("show")
    .description(
      "Shows what applies to a key and its tenant, and where it is written; without either, to everybody.",
    )
    .option("--tenant <name>", "a tenant")
    .option("--key <id>", "id of a key; its tenant is looked up")
    .addHelpText("after", examples("agentctl limits show", "agentctl limits show --key 0f3a5b7c9d1e2f40"))
    .action((options: ShowOptions, command: Command) => show(open(command), options));
}

async function show(session: Session, { tenant, key }: ShowOptions): Promise<void> {
  const client = await session.one();
  const { body } = await client.call({ path: "/limits", query: { tenant, key }, answer: limitsAnswer });
  session.show(body, () => renderLimits(session, body));
}

function renderLimits(session: Session, { rates, caps, regionShare }: z.output<typeof limitsAnswer>): string {
  const rateRows = rates.map((rate) => [
    rate.scope,
    rate.requestsPerMinute,
    rate.inputTokensPerMinute,
    rate.outputTokensPerMinute,
    rate.concurrency,
    rate.from,
  ]);
  const capRows = caps.map(({ scope, dayUsd, monthUsd, from }) => [
    scope,
    dollars(dayUsd),
    dollars(monthUsd),
    from,
  ]);
  const share = regionShare === 1 ? "" : `\nThis region may spend ${regionShare} of each cap.\n`;
  return [
    session.table(
      ["SCOPE", "REQUESTS/MIN", "INPUT/MIN", "OUTPUT/MIN", "AT ONCE", "FROM"],
      plainRows(rateRows),
    ),
    session.table(["SCOPE", "A DAY", "A MONTH", "FROM"], plainRows(capRows)),
  ]
    .join("\n")
    .concat(share);
}

const dollars = (usd: number | undefined) => (usd === undefined ? undefined : formatUsd(usd));
