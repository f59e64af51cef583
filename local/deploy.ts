import { Command } from "commander";
import { runCommand } from "./cli/command.ts";
import { createProgress } from "./cli/progress.ts";
import { readStackRegions } from "./engine/stack-file.ts";
import { openInstance } from "./environment/instance.ts";
import { obtainTools } from "./environment/tools.ts";
import { unreachableClusters } from "./stacks/own-clusters.ts";
import { runOwnStack } from "./stacks/own-stack.ts";

const command = new Command("npm run deploy --")
  .description(
    "Deploys a stack with its policies to the clusters that its file names, with your own backend and kubeconfig.",
  )
  .argument("<stack>", "staging, prod, or another stack with a Pulumi.<stack>.yaml")
  .option("--yes", "do not ask before changing anything");

await runCommand<{ yes?: boolean }>(command, async ({ options, args, signal }) => {
  const instance = openInstance();
  const [stack = ""] = args;
  const progress = createProgress(options);
  const regions = await readStackRegions(instance.cloneDir, stack);
  const tools = await progress.step({
    title: "Obtain the tools",
    run: (onProgress) => obtainTools(["pulumi", "kubectl"], { onProgress, signal }),
  });
  const reasons = await unreachableClusters(regions, tools.kubectl.path, signal);
  if (reasons.length > 0) {
    throw new Error(
      `The stack ${stack} cannot be deployed:\n${reasons.map((reason) => `- ${reason}`).join("\n")}\n` +
        `Correct the contexts in Pulumi.${stack}.yaml or your kubeconfig. To see what it would do: npm run preview -- ${stack}`,
    );
  }
  await runOwnStack("up", {
    instance,
    stack,
    pulumi: tools.pulumi.path,
    signal,
    args: [...(options.yes ? ["--yes"] : []), ...(options.json ? ["--json"] : [])],
  });
});
