import type { Command } from "commander";
import { keyList, keyRevocation } from "../../ops/routes/keys.ts";
import { inEveryRegion } from "../every-region.ts";
import { examples, formatTime } from "../format.ts";
import type { OpenSession, Session } from "../session.ts";
import { addNewKeyCommands } from "./new-keys.ts";

/** API keys of tenants, in every region that is named: each keeps its own. */
export function addKeyCommands(program: Command, open: OpenSession): void {
  const keys = program
    .command("keys")
    .description("API keys of tenants, in every region that is named. Each region knows its own keys alone.");
  addNewKeyCommands(keys, open);
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
}

async function list(session: Session): Promise<void> {
  await inEveryRegion(session, (client) => client.call({ path: "/keys", answer: keyList }), {
    header: ["ID", "TENANT", "NAME", "ROLES", "STATE", "SUCCESSOR", "CREATED", "EXPIRES"],
    cells: ({ keys }) =>
      keys.map(({ id, tenant, name, roles, state, rotatedTo, createdAt, expiresAt }) => [
        id,
        tenant,
        name,
        roles.join(","),
        state,
        rotatedTo,
        formatTime(createdAt),
        expiresAt && formatTime(expiresAt),
      ]),
  });
}

async function revoke(session: Session, id: string): Promise<void> {
  const path = `/keys/${encodeURIComponent(id)}/revoke`;
  await inEveryRegion(session, (client) => client.call({ method: "POST", path, answer: keyRevocation }), {
    header: ["REVOKED"],
    cells: ({ revoked }) => [[revoked]],
    repeat: (failed) => session.commandLine(`keys revoke ${id}`, failed),
  });
}
