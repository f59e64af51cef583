import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { runCommand } from "./cli/command.ts";
import { type Published, publishReport } from "./policy/publish.ts";
import { renderMissing } from "./policy/render-markdown.ts";
import { fromCaller } from "./policy/surroundings.ts";

interface Options {
  readonly stack?: string;
}

const command = new Command("npm run policy:comment --")
  .description(
    "Puts a report of `npm run policy -- <stack> --markdown <file>` into the summary of a GitHub workflow's job and into a " +
      "comment of its pull request, in place of the stack's last one. Without permission to comment, as for forks, the " +
      "summary has it.",
  )
  .argument("<file>", "the report")
  .option(
    "--stack <stack>",
    "say that this stack was not judged where there is no report, in place of failing",
  );

await runCommand<Options>(command, async ({ options, args }) => {
  const [file = ""] = args;
  const published = await publishReport(await readReport(file, options.stack), process.env);
  console.log(options.json ? JSON.stringify(published, null, 2) : describe(published));
});

async function readReport(file: string, stack: string | undefined): Promise<string> {
  try {
    return await readFile(fromCaller(file, process.env), "utf8");
  } catch (cause) {
    if (stack !== undefined) return renderMissing(stack);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`There is no report to publish: ${why}. Make it with --markdown ${file}.`, { cause });
  }
}

function describe({ summary, comment }: Published): string {
  const sentences = {
    created: "a comment was made",
    updated: "the comment was brought up to date",
    "not permitted": "this run may not comment on the pull request, as runs for forks may not",
    "no pull request": "there is no pull request to comment on, or GITHUB_TOKEN is not set",
  };
  return `Summary of the job: ${summary}. Pull request: ${sentences[comment]}.`;
}
