import { type Command, Option } from "commander";
import { budgetList, budgetRaise, budgetRaiseList } from "../../ops/routes/budgets.ts";
import { examples, formatTime, formatUsd } from "../format.ts";
import { numberBetween } from "../option-values.ts";
import type { OpenSession, Session } from "../session.ts";
import { plainRows, type Tone } from "../table.ts";

const DAY_HOURS = 24;

interface RaiseOptions {
  readonly window: string;
  readonly extraUsd: number;
  readonly hours: number;
  readonly reason: string;
}

/** Budgets in dollars. */
export function addBudgetCommands(program: Command, open: OpenSession): void {
  const budgets = program
    .command("budgets")
    .description("Budgets in dollars, by fleet, tenant, agent, session and key.");
  budgets
    .command("show")
    .description("Shows what is spent and reserved of each budget.")
    .option("--scope <scope>", "only this one: fleet, tenant:<name>, agent:<tenant>/<type>, key:<id>")
    .addHelpText("after", examples("agentctl budgets show", "agentctl budgets show --scope tenant:acme"))
    .action((options: { scope?: string }, command: Command) => show(open(command), options.scope));
  budgets
    .command("raise")
    .description(
      "Raises a cap for some hours. A new raise of the same scope and window replaces the one before.",
    )
    .argument("<scope>", "fleet, tenant:<name>, agent:<tenant>/<type> or key:<id>")
    .addOption(new Option("--window <window>", "which cap").choices(["day", "month"]).makeOptionMandatory())
    .requiredOption(
      "--extra-usd <dollars>",
      "how much more may be spent",
      numberBetween(0.01, 1_000_000, " dollars"),
    )
    .requiredOption("--hours <hours>", "for how long", numberBetween(0.01, 31 * DAY_HOURS, " hours"))
    .requiredOption("--reason <text>", "for the record")
    .addHelpText(
      "after",
      examples(
        'agentctl budgets raise tenant:acme --window day --extra-usd 20 --hours 4 --reason "launch day"',
      ),
    )
    .action((scope: string, options: RaiseOptions, command: Command) => raise(open(command), scope, options));
  budgets
    .command("raises")
    .description("Lists raised caps, who raised them and why.")
    .addHelpText("after", examples("agentctl budgets raises"))
    .action((_options: object, command: Command) => listRaises(open(command)));
}

async function show(session: Session, scope: string | undefined): Promise<void> {
  const client = await session.one();
  const { body } = await client.call({ path: "/budgets", query: { scope }, answer: budgetList });
  session.show(body, () => {
    const rows = body.budgets.map((budget) => ({
      cells: [
        budget.scope,
        budget.window,
        formatUsd(budget.capUsd),
        formatUsd(budget.spentUsd),
        formatUsd(budget.reservedUsd),
        formatUsd(budget.unconfirmedUsd),
        `${budget.usedPercent} %`,
        formatTime(budget.resetsAt),
      ],
      ...toneOf(budget.usedPercent),
    }));
    const header = ["SCOPE", "WINDOW", "CAP", "SPENT", "RESERVED", "UNCONFIRMED", "USED", "RESETS AT"];
    return session.table(header, rows);
  });
}

/** The thresholds at which the gateway warns. */
function toneOf(usedPercent: number): { tone?: Tone } {
  if (usedPercent >= 95) return { tone: "bad" };
  return usedPercent >= 80 ? { tone: "warning" } : {};
}

async function raise(session: Session, scope: string, options: RaiseOptions): Promise<void> {
  const { window, extraUsd, hours, reason } = options;
  const client = await session.one();
  const { body, region } = await client.call({
    method: "POST",
    path: "/budgets/raise",
    body: { scope, window, extraUsd, hours, reason },
    answer: budgetRaise,
  });
  const until = formatTime(body.raise.until);
  session.show(
    body,
    () => `${scope} may spend ${formatUsd(extraUsd)} more a ${window} in ${region} until ${until}.\n`,
  );
}

async function listRaises(session: Session): Promise<void> {
  const client = await session.one();
  const { body } = await client.call({ path: "/budgets/raises", answer: budgetRaiseList });
  session.show(body, () => {
    const rows = body.raises.map(({ scope, window, extraUsd, until, by, reason }) => [
      scope,
      window,
      formatUsd(extraUsd),
      formatTime(until),
      by,
      reason,
    ]);
    return session.table(["SCOPE", "WINDOW", "EXTRA", "UNTIL", "BY", "REASON"], plainRows(rows));
  });
}
