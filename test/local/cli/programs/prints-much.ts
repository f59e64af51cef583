import { Command } from "commander";
import { runCommand } from "../../../../local/cli/command.ts";

await runCommand(new Command("prints-much"), async () => {
  console.log(JSON.stringify("x".repeat(1_000_000)));
});
