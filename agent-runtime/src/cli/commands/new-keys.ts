import type { Command } from "commander";
import type { z } from "zod";
import { apiKeyCopySchema } from "../../auth/api-key-record.ts";
import { keyImport } from "../../ops/routes/key-records.ts";
import { newKey } from "../../ops/routes/keys.ts";
import { CliError, EXIT } from "../cli-error.ts";
import { outcomeOf, type RegionOutcome, refuseFailures, toJson } from "../every-region.ts";
import { examples, formatTime } from "../format.ts";
import type { OpsClient } from "../ops-client.ts";
import { collect, numberBetween, wholeBetween } from "../option-values.ts";
import type { OpenSession, Session } from "../session.ts";

const MAX_OVERLAP_SECONDS = 30 * 86_400;

interface CreateOptions {
  readonly tenant: string;
  readonly name: string;
  readonly role?: readonly string[];
  readonly expiresInDays?: number;
}

/** Makes keys, in several regions the same one: the first mints it, the others take its row, which holds its hash alone. */
export function addNewKeyCommands(keys: Command, open: OpenSession): void {
  addCreateCommand(keys, open);
  addRotateCommand(keys, open);
  keys
    .command("copy")
    .description("Lets the keys of the first region that is named be good in the others as well.")
    .argument("<ids...>", "ids of the keys")
    .addHelpText(
      "after",
      examples("agentctl keys copy 0f3a5b7c9d1e2f40 --url http://127.0.0.1:3333 --url http://127.0.0.1:3334"),
    )
    .action((ids: string[], _options: object, command: Command) => copy(open(command), ids));
}

function addCreateCommand(keys: Command, open: OpenSession): void {
  keys
    .command("create")
    .description(
      "Makes a key for every region that is named, and shows it once: alone on standard output, so that a script can take it.",
    )
    .requiredOption("--tenant <name>", "whose money and limits it uses")
    .requiredOption("--name <text>", "what it is for")
    .option("--role <role>", "what policies see; may be repeated", collect)
    .option(
      "--expires-in-days <days>",
      "when it ends; without, it does not",
      numberBetween(0.01, 3_650, " days"),
    )
    .addHelpText(
      "after",
      examples(
        "agentctl keys create --tenant acme --name ci --expires-in-days 90",
        "agentctl keys create --tenant platform --name on-call --role operator",
      ),
    )
    .action((options: CreateOptions, command: Command) => create(open(command), options));
}

function addRotateCommand(keys: Command, open: OpenSession): void {
  keys
    .command("rotate")
    .description(
      "Makes a key in another one's place, for every region that is named, and shows it once. The old one stays good for the overlap.",
    )
    .argument("<id>", "id of the old key")
    .requiredOption(
      "--overlap-seconds <seconds>",
      "how long both are good",
      wholeBetween(0, MAX_OVERLAP_SECONDS, " seconds"),
    )
    .addHelpText("after", examples("agentctl keys rotate 0f3a5b7c9d1e2f40 --overlap-seconds 86400"))
    .action((id: string, options: { overlapSeconds: number }, command: Command) =>
      rotate(open(command), id, options.overlapSeconds),
    );
}

async function create(session: Session, { role, ...wish }: CreateOptions): Promise<void> {
  const { tenant, name, expiresInDays } = wish;
  const body = {
    tenant,
    name,
    ...(role === undefined ? {} : { roles: role }),
    ...(expiresInDays === undefined ? {} : { expiresInDays }),
  };
  await mint(session, { path: "/keys", body });
}

async function rotate(session: Session, id: string, overlapSeconds: number): Promise<void> {
  await mint(session, { path: `/keys/${encodeURIComponent(id)}/rotate`, body: { overlapSeconds } });
}

async function mint(session: Session, request: { path: string; body: object }): Promise<void> {
  const { first, others } = firstAndOthers(await session.every());
  const { body: made, region } = await first.call({ method: "POST", ...request, answer: newKey });
  // The new one first: where the old one ends at once there must be another already.
  const ids = [made.id, ...(made.replaces === undefined ? [] : [made.replaces])];
  const outcomes = [
    { kind: "done" as const, region, answer: made.id },
    ...(await copyTo(others, first, ids)),
  ];
  show(session, made, outcomes);
  refuseFailures(outcomes, repeatOf(session, ids, first));
}

async function copy(session: Session, ids: readonly string[]): Promise<void> {
  const { first, others } = firstAndOthers(await session.every());
  if (others.length === 0) {
    throw new CliError(
      EXIT.usage,
      "Keys are copied from one region to others: name them, the one that has the keys first, with --url.",
    );
  }
  const outcomes = await copyTo(others, first, ids);
  session.show({ regions: outcomes.map(toJson) }, () =>
    session.table(
      ["REGION", "RESULT"],
      outcomes.map(({ region, kind }) =>
        kind === "done" ? { cells: [region, "ok"] } : { cells: [region, "FAILED"], tone: "bad" },
      ),
    ),
  );
  refuseFailures(outcomes, repeatOf(session, ids, first));
}

function firstAndOthers([first, ...others]: readonly OpsClient[]) {
  if (first === undefined) throw new CliError(EXIT.usage, "No region is named. Name one with --url.");
  return { first, others };
}

/** One region that fails keeps no other from being asked. */
async function copyTo(
  others: readonly OpsClient[],
  from: OpsClient,
  ids: readonly string[],
): Promise<RegionOutcome<string>[]> {
  if (others.length === 0) return [];
  const records = ids.map((id) =>
    from.call({ path: `/keys/${encodeURIComponent(id)}/record`, answer: apiKeyCopySchema }),
  );
  return Promise.all(
    others.map((client) =>
      outcomeOf(client, async () => {
        let region = client.name;
        for (const { body } of await Promise.all(records)) {
          const call = { method: "POST", path: "/keys/import", body, answer: keyImport } as const;
          region = (await client.call(call)).region;
        }
        return { region, body: ids.join(", ") };
      }),
    ),
  );
}

function show(
  session: Session,
  made: z.output<typeof newKey>,
  outcomes: readonly RegionOutcome<string>[],
): void {
  const { id, key, tenant, expiresAt } = made;
  const regions = outcomes.map(toJson);
  session.show({ ...made, regions }, () => {
    const end = expiresAt === undefined ? "" : `, good until ${formatTime(expiresAt)}`;
    const good = outcomes.filter(({ kind }) => kind === "done").map(({ region }) => region);
    const where = outcomes.length === 1 ? "" : `, in ${good.join(", ")}`;
    session.note(`Key ${id} of ${tenant}${end}${where}. It is shown this once:`);
    return `${key}\n`;
  });
}

function repeatOf(session: Session, ids: readonly string[], first: OpsClient) {
  return (failed: readonly string[]) =>
    session.commandLine(`keys copy ${ids.join(" ")}`, [first.name, ...failed]);
}
