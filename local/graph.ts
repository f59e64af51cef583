import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { instance as startGraphviz } from "@viz-js/viz";
import { Command } from "commander";
import { type CommandContext, runCommand } from "./cli/command.ts";
import { createProgress } from "./cli/progress.ts";
import { describeFailure } from "./engine/operation-result.ts";
import { readStackRegions } from "./engine/stack-file.ts";
import { openInstance } from "./environment/instance.ts";
import { obtainAllCrds, obtainTools, simulatedUpTools } from "./environment/tools.ts";
import { componentGraph } from "./graph/component-graph.ts";
import { renderDot } from "./graph/dot.ts";
import { previewOnEmbedded } from "./stacks/preview-embedded.ts";

const OUTPUT = "docs/architecture.svg";

const command = new Command("npm run graph --")
  .description(
    "Draws the components of a stack and what they need of each other, from a preview on empty simulated clusters.",
  )
  .argument("[stack]", "local, staging, prod, or another stack with a Pulumi.<stack>.yaml", "prod")
  .option("--output <file>", "where the drawing goes, as SVG", OUTPUT);

await runCommand<{ output: string }>(command, drawStack);

async function drawStack({ options, args, signal }: CommandContext<{ output: string }>): Promise<void> {
  const [stack = "prod"] = args;
  const instance = openInstance();
  const progress = createProgress(options);
  const regions = await readStackRegions(instance.cloneDir, stack);
  const tools = await progress.step({
    title: "Obtain the tools",
    run: (onProgress) => obtainTools(simulatedUpTools, { onProgress, signal }),
  });
  const crds = await progress.step({
    title: "Obtain the CRDs of all operators",
    run: (onProgress) => obtainAllCrds({ onProgress, signal }),
  });
  const preview = { instance, stack, regions, tools, crds, progress, signal };
  const { resources, result } = await previewOnEmbedded(preview);
  if (result.outcome !== "succeeded") throw new Error(describeFailure(result));
  const title = `Stack ${stack}: ${resources.length} resources`;
  const svg = (await startGraphviz()).renderString(renderDot(componentGraph(resources), title), {
    format: "svg",
  });
  await mkdir(path.dirname(path.resolve(options.output)), { recursive: true });
  await writeFile(options.output, svg);
  console.log(
    options.json === true
      ? JSON.stringify({ stack, resources: resources.length, file: options.output }, null, 2)
      : `Drawn: ${resources.length} resources of the stack ${stack}, in ${options.output}`,
  );
}
