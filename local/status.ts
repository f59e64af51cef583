import { Command } from "commander";
import { runCommand } from "./cli/command.ts";
import { openInstance } from "./environment/instance.ts";
import { requireRecord } from "./environment/record.ts";
import { collectStatus, isWhole, renderStatus } from "./environment/status.ts";

const command = new Command("npm run status --").description(
  "Shows regions, workloads, processes and the front door of the embedded environment. Exits 1 when something is down.",
);

await runCommand(command, async ({ options }) => {
  const instance = openInstance();
  const status = await collectStatus(instance, await requireRecord(instance));
  console.log(options.json ? JSON.stringify(status, null, 2) : renderStatus(status));
  process.exitCode = isWhole(status) ? 0 : 1;
});
