import type { Command } from "commander";
import type { z } from "zod";
import { usageAnswer } from "../../ops/routes/usage.ts";
import { examples, formatUsd } from "../format.ts";
import type { OpenSession, Session } from "../session.ts";
import { plainRows, type TableCell } from "../table.ts";

interface UsageOptions {
  readonly from?: string;
  readonly to?: string;
  readonly group?: string;
  readonly csv?: true;
}

/** Usage over time. */
export function addUsageCommand(program: Command, open: OpenSession): void {
  program
    .command("usage")
    .description("Shows requests, tokens and cost by tenant, agent, model and time. Times are in UTC.")
    .option(
      "--from <time>",
      "beginning, such as 2026-11-25 or 2026-11-25T14:00:00Z; default: a day before the end",
    )
    .option("--to <time>", "end, which is not part of it; default: now")
    .option(
      "--group <dimensions>",
      "some of tenant, agent, model, hour, day, with commas; default: tenant,agent,model",
    )
    .option("--csv", "print CSV for spreadsheets")
    .addHelpText(
      "after",
      examples(
        "agentctl usage",
        "agentctl usage --from 2026-11-01 --to 2026-12-01 --group day,tenant --csv > usage.csv",
      ),
    )
    .action((options: UsageOptions, command: Command) => showUsage(open(command), options));
}

async function showUsage(session: Session, { from, to, group, csv }: UsageOptions): Promise<void> {
  const client = await session.one();
  const query = { from, to, group };
  if (csv) {
    const { text } = await client.text({ path: "/usage", query: { ...query, format: "csv" } });
    session.show({ csv: text }, () => text);
    return;
  }
  const { body } = await client.call({ path: "/usage", query, answer: usageAnswer });
  session.show(body, () => renderUsage(session, body));
}

type Usage = z.output<typeof usageAnswer>;

function renderUsage(session: Session, { group, groups, total, from, to }: Usage): string {
  const header = [
    ...group.map((dimension) => dimension.toUpperCase()),
    "REQUESTS",
    "INPUT",
    "OUTPUT",
    "CACHE READ",
    "CACHE WRITE",
    "COST",
  ];
  const rows = groups.map((row) => [...group.map((dimension) => row[dimension]), ...sumsOf(row)]);
  const all = [...group.map((_, index) => (index === 0 ? "all" : "")), ...sumsOf(total)];
  return `${session.table(header, plainRows([...rows, all]))}\nfrom ${from} to ${to}; hours and days are those of UTC\n`;
}

function sumsOf(sum: Usage["total"]): TableCell[] {
  return [
    sum.requests,
    sum.inputTokens,
    sum.outputTokens,
    sum.cacheReadTokens,
    sum.cacheWriteTokens,
    formatUsd(sum.costUsd),
  ];
}
