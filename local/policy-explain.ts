import path from "node:path";
import { Command } from "commander";
import { GROUPS, POLICIES } from "../policies/policies.ts";
import { type CommandContext, runCommand } from "./cli/command.ts";
import { readPolicyConfig } from "./policy/config.ts";
import { listConfigFiles } from "./policy/config-file.ts";
import { explainPolicy } from "./policy/explain.ts";
import { renderExplanation, renderList } from "./policy/render-explanation.ts";

const command = new Command("npm run policy:explain --")
  .description(
    "Explains one policy: rule, reason, remedy, settings, examples, exception. Lists all without a name.",
  )
  .argument("[name]", "name of a policy, as its messages give it");

await runCommand(command, explain);

async function explain({ options, args }: CommandContext<object>): Promise<void> {
  const [name] = args;
  if (name === undefined) {
    const list = GROUPS.map(({ title, policies }) => ({
      title,
      policies: policies.map(({ name: each, severity, description }) => ({
        name: each,
        severity,
        description,
      })),
    }));
    console.log(options.json ? JSON.stringify(list, null, 2) : renderList(GROUPS));
    return;
  }
  const explanation = explainPolicy(name, GROUPS, await readConfigurations());
  console.log(options.json ? JSON.stringify(explanation, null, 2) : renderExplanation(explanation));
}

async function readConfigurations() {
  const entries = (await listConfigFiles()).map(
    async (file) => [path.basename(file), await readPolicyConfig(file, POLICIES)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
