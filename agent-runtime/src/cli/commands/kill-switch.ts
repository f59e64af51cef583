import type { Command } from "commander";
import { switchList, switchSetting } from "../../ops/routes/switches.ts";
import { inEveryRegion } from "../every-region.ts";
import { examples, formatTime } from "../format.ts";
import { wholeBetween } from "../option-values.ts";
import type { OpenSession, Session } from "../session.ts";

const SCOPE = "fleet, tenant:<name>, agent:<type> or model:<id>";

interface SetOptions {
  readonly scope: string;
  readonly reason: string;
}

/** Kill switches, in every region that is named: each keeps its own. */
export function addKillSwitchCommands(program: Command, open: OpenSession): void {
  const killSwitch = program
    .command("kill-switch")
    .description("Stops the requests of a scope in every region that is named, and resumes them in stages.");
  addOnCommand(killSwitch, open);
  addResumeCommand(killSwitch, open);
  killSwitch
    .command("off")
    .description("Lets everything of a scope pass again.")
    .requiredOption("--scope <scope>", SCOPE)
    .option("--reason <text>", "for the record", "switched off with agentctl")
    .addHelpText("after", examples("agentctl kill-switch off --scope tenant:acme"))
    .action(({ scope, reason }: SetOptions, command: Command) => set(open(command), scope, 100, reason));
  killSwitch
    .command("list")
    .description("Lists what was switched in each region, by whom and why.")
    .addHelpText("after", examples("agentctl kill-switch list", "agentctl kill-switch list --json"))
    .action((_options: object, command: Command) => list(open(command)));
}

function addOnCommand(killSwitch: Command, open: OpenSession): void {
  killSwitch
    .command("on")
    .description("Stops every new request of a scope within a second; turns under way end.")
    .requiredOption("--scope <scope>", SCOPE)
    .requiredOption("--reason <text>", "for the record")
    .option("--yes", "do not ask, where the fleet is stopped")
    .addHelpText(
      "after",
      examples(
        'agentctl kill-switch on --scope tenant:acme --reason "runaway loop"',
        'agentctl kill-switch on --scope fleet --reason "key has leaked" --url http://127.0.0.1:3333 --url http://127.0.0.1:3334 --yes',
      ),
    )
    .action(async ({ scope, reason, yes }: SetOptions & { yes?: true }, command: Command) => {
      const session = open(command);
      if (scope === "fleet") await session.confirm("stops every request to every model", yes);
      await set(session, scope, 0, reason);
    });
}

function addResumeCommand(killSwitch: Command, open: OpenSession): void {
  killSwitch
    .command("resume")
    .description(
      "Lets part of a scope's conversations pass. The same ones pass each time, and more with each stage.",
    )
    .requiredOption("--scope <scope>", SCOPE)
    .requiredOption("--percent <percent>", "how many of a hundred pass", wholeBetween(1, 100))
    .option("--reason <text>", "for the record", "resumed with agentctl")
    .addHelpText("after", examples("agentctl kill-switch resume --scope tenant:acme --percent 20"))
    .action(({ scope, reason, percent }: SetOptions & { percent: number }, command: Command) =>
      set(open(command), scope, percent, reason),
    );
}

async function set(session: Session, scope: string, percent: number, reason: string): Promise<void> {
  await inEveryRegion(
    session,
    (client) =>
      client.call({
        method: "PUT",
        path: `/switches/${encodeURIComponent(scope)}`,
        body: { percent, reason },
        answer: switchSetting,
      }),
    {
      header: ["SCOPE", "PASSES", "BEFORE"],
      cells: (state) => [[state.scope, `${state.percent} %`, `${state.lastUse?.from ?? 100} %`]],
      warning: ({ scope, known }, region) =>
        known === false
          ? `nothing is known of ${scope} in ${region}: no configuration, no key, no usage of the last 24 hours. It was done all the same; was the name mistyped?`
          : undefined,
    },
  );
}

async function list(session: Session): Promise<void> {
  await inEveryRegion(session, (client) => client.call({ path: "/switches", answer: switchList }), {
    header: ["SCOPE", "PASSES", "SINCE", "BY", "REASON"],
    cells: ({ switches }) =>
      switches.map(({ scope, percent, lastUse }) => [
        scope,
        `${percent} %`,
        lastUse && formatTime(lastUse.at),
        lastUse?.by,
        lastUse?.reason,
      ]),
  });
}
