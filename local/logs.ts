import { Command } from "commander";
import { runCommand } from "./cli/command.ts";
import { openInstance } from "./environment/instance.ts";
import { findLog } from "./environment/logs.ts";
import { requireRecord } from "./environment/record.ts";
import { tailLog } from "./process/log-file.ts";

const command = new Command("npm run logs --")
  .description(
    "Shows a log of the embedded environment: of a region's coordinator, of one of a region's parts, or of the front door.",
  )
  .argument("<source>", "a region, or front-door")
  .argument("[part]", "a part of the region: coordinator, kube-apiserver, etcd, …", "coordinator")
  .option("--lines <count>", "how many of the last lines come first", "50")
  .option("--no-follow", "end after the lines that are there");

await runCommand<{ lines: string; follow: boolean }>(command, async ({ options, args, signal }) => {
  const instance = openInstance();
  const [source = "", part = "coordinator"] = args;
  const file = await findLog(instance, await requireRecord(instance), source, part);
  const lines = Number(options.lines);
  if (!Number.isInteger(lines) || lines < 0) {
    throw new Error(
      `--lines got ${JSON.stringify(options.lines)}; allowed are whole numbers from 0. Leave it out for 50.`,
    );
  }
  for await (const line of tailLog(file, { lines, follow: options.follow, signal })) console.log(line);
});
