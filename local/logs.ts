import { Command } from "commander";
import { runCommand } from "./cli/command.ts";
import { openInstance } from "./environment/instance.ts";
import { openLog } from "./environment/logs.ts";
import { requireRecord } from "./environment/record.ts";

const command = new Command("npm run logs --")
  .description(
    "Shows a log of the embedded environment: of a region's coordinator, of another part of it, or of the front door.",
  )
  .argument("<source>", "a region, or front-door")
  .argument(
    "[part]",
    "a part of the region: coordinator, valkey, kube-apiserver, kubelet-1, …",
    "coordinator",
  )
  .option("--lines <count>", "how many of the last lines come first", "50")
  .option("--no-follow", "end after the lines that are there");

await runCommand<{ lines: string; follow: boolean }>(command, async ({ options, args, signal }) => {
  const instance = openInstance();
  const [source = "", part = "coordinator"] = args;
  const lines = Number(options.lines);
  if (!Number.isInteger(lines) || lines < 0) {
    throw new Error(
      `--lines got ${JSON.stringify(options.lines)}; allowed are whole numbers from 0. Leave it out for 50.`,
    );
  }
  const environment = await requireRecord(instance);
  const { follow } = options;
  const log = await openLog(instance, environment, { source, part }, { lines, follow, signal });
  for await (const line of log) console.log(line);
});
