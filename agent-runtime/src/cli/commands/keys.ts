import type { Command } from "commander";
import type { z } from "zod";
import { keyList, keyRevocation, newKey } from "../../ops/routes/keys.ts";
import { examples, formatTime } from "../format.ts";
import { collect, numberBetween, wholeBetween } from "../option-values.ts";
import type { OpenSession, Session } from "../session.ts";

const MAX_OVERLAP_SECONDS = 30 * 86_400;

interface CreateOptions {
  readonly tenant: string;
  readonly name: string;
  readonly role?: readonly string[];
  readonly expiresInDays?: number;
}

/** API keys of tenants. */
export function addKeyCommands(program: Command, open: OpenSession): void {
  const keys = program.command("keys").description("API keys of tenants.");
  addCreateCommand(keys, open);
  keys
    .command("list")
    .description("Lists keys: never the key itself, which nobody can show again.")
    .addHelpText("after", examples("agentctl keys list"))
    .action((_options: object, command: Command) => list(open(command)));
  keys
    .command("revoke")
    .description("Ends a key for good; no replica takes it for a new request after a second.")
    .argument("<id>", "id of the key")
    .addHelpText("after", examples("agentctl keys revoke 0f3a5b7c9d1e2f40"))
    .action((id: string, _options: object, command: Command) => revoke(open(command), id));
  keys
    .command("rotate")
    .description(
      "Makes a key in another one's place, and shows it once. The old one stays good for the overlap.",
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

function addCreateCommand(keys: Command, open: OpenSession): void {
  keys
    .command("create")
    .description("Makes a key, and shows it once: alone on standard output, so that a script can take it.")
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

async function create(session: Session, { role, ...wish }: CreateOptions): Promise<void> {
  const client = await session.one();
  const { tenant, name, expiresInDays } = wish;
  const { body } = await client.call({
    method: "POST",
    path: "/keys",
    body: {
      tenant,
      name,
      ...(role === undefined ? {} : { roles: role }),
      ...(expiresInDays === undefined ? {} : { expiresInDays }),
    },
    answer: newKey,
  });
  showNewKey(session, body);
}

async function rotate(session: Session, id: string, overlapSeconds: number): Promise<void> {
  const client = await session.one();
  const { body } = await client.call({
    method: "POST",
    path: `/keys/${encodeURIComponent(id)}/rotate`,
    body: { overlapSeconds },
    answer: newKey,
  });
  showNewKey(session, body);
}

function showNewKey(session: Session, made: z.output<typeof newKey>): void {
  const { id, key, tenant, expiresAt } = made;
  session.show(made, () => {
    const end = expiresAt === undefined ? "" : `, good until ${formatTime(expiresAt)}`;
    session.note(`Key ${id} of ${tenant}${end}. It is shown this once:`);
    return `${key}\n`;
  });
}

async function list(session: Session): Promise<void> {
  const client = await session.one();
  const { body } = await client.call({ path: "/keys", answer: keyList });
  session.show(body, () => {
    const rows = body.keys.map(({ id, tenant, name, roles, state, createdAt, expiresAt }) => ({
      cells: [
        id,
        tenant,
        name,
        roles.join(","),
        state,
        formatTime(createdAt),
        expiresAt && formatTime(expiresAt),
      ],
      ...(state === "active" ? {} : { tone: "warning" as const }),
    }));
    return session.table(["ID", "TENANT", "NAME", "ROLES", "STATE", "CREATED", "EXPIRES"], rows);
  });
}

async function revoke(session: Session, id: string): Promise<void> {
  const client = await session.one();
  const { body } = await client.call({
    method: "POST",
    path: `/keys/${encodeURIComponent(id)}/revoke`,
    answer: keyRevocation,
  });
  session.show(body, () => `Key ${body.revoked} is revoked.\n`);
}
