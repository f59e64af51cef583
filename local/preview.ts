import { Command } from "commander";
import { runCommand } from "./cli/command.ts";
import { createProgress } from "./cli/progress.ts";
import { readStackRegions } from "./engine/stack-file.ts";
import { openInstance } from "./environment/instance.ts";
import { obtainAllCrds, obtainTools, simulatedUpTools } from "./environment/tools.ts";
import { reportOnStack } from "./policy/stack-report.ts";
import { clustersAnswer } from "./stacks/own-clusters.ts";
import { runOwnStack } from "./stacks/own-stack.ts";
import { previewOnEmbedded } from "./stacks/preview-embedded.ts";
import { printPreview } from "./stacks/preview-report.ts";

const command = new Command("npm run preview --")
  .description(
    "Shows what a stack would change and whether its policies pass. Exits 1 when they do not. Where the stack's own " +
      "clusters do not answer, it is previewed against an empty simulated one that is started for the purpose.",
  )
  .argument("<stack>", "local, staging, prod, or another stack with a Pulumi.<stack>.yaml");

await runCommand(command, async ({ options, args, signal }) => {
  const instance = openInstance();
  const [stack = ""] = args;
  const progress = createProgress(options);
  const regions = await readStackRegions(instance.cloneDir, stack);
  const tools = await progress.step({
    title: "Obtain the tools",
    run: (onProgress) => obtainTools(simulatedUpTools, { onProgress, signal }),
  });
  const own = await progress.step({
    title: `Ask the clusters of the stack ${stack}`,
    run: () => clustersAnswer(regions, tools.kubectl.path, signal),
    describe: (answer) =>
      answer ? "they answer" : "they do not answer: using simulated ones, empty, for this preview",
  });
  if (own) {
    await runOwnStack("preview", {
      instance,
      stack,
      pulumi: tools.pulumi.path,
      signal,
      args: options.json ? ["--json"] : [],
    });
    return;
  }
  const crds = await progress.step({
    title: "Obtain the CRDs of all operators",
    run: (onProgress) => obtainAllCrds({ onProgress, signal }),
  });
  const preview = await previewOnEmbedded({ instance, stack, regions, tools, crds, progress, signal });
  printPreview(preview, await reportOnStack(instance.cloneDir, stack, preview.result), options);
  if (preview.result.outcome !== "succeeded") process.exitCode = 1;
});
