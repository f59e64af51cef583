import path from "node:path";
import { Command, Option } from "commander";
import { GROUPS, POLICIES } from "../policies/policies.ts";
import { type CommandContext, runCommand } from "./cli/command.ts";
import { createProgress } from "./cli/progress.ts";
import { openInstance } from "./environment/instance.ts";
import { obtainAllCrds, obtainTools, simulatedUpTools } from "./environment/tools.ts";
import { readPolicyConfig } from "./policy/config.ts";
import { policyConfigFile } from "./policy/config-file.ts";
import { openProject } from "./policy/project.ts";
import { buildReport, SEVERITIES, type Severity } from "./policy/report.ts";
import { bannerWarning, documentationPage, fromCaller } from "./policy/surroundings.ts";
import { isPassed, verdictOf } from "./policy/verdict.ts";
import {
  type ReportOutputs,
  requireOneOutput,
  requireWritable,
  takesOutput,
  writeReport,
} from "./policy/write-report.ts";
import { previewOnEmbedded } from "./stacks/preview-embedded.ts";

interface Options extends ReportOutputs {
  readonly failOn: Severity;
  readonly config?: string;
  readonly project?: string;
}

const { env } = process;
const ofCaller = (file: string) => fromCaller(file, env);

const command = new Command("npm run policy --")
  .description(
    "Judges a stack by the policies. It is always previewed against empty simulated clusters, so that no credentials are " +
      "needed, also where its own answer. Exits 1 on violations of mandatory policies, on values that a preview does not " +
      "know and that the configuration does not list, and when the preview itself fails.",
  )
  .argument("<stack>", "local, staging, prod, or another stack with a Pulumi.<stack>.yaml")
  .option(
    "--sarif [file]",
    "write a SARIF 2.1.0 log for code scanning (standard output without a file)",
    ofCaller,
  )
  .option(
    "--markdown [file]",
    "write a comment for a pull request (standard output without a file)",
    ofCaller,
  )
  .addOption(
    new Option("--fail-on <severity>", "findings of milder policies are shown and do not fail")
      .choices(SEVERITIES)
      .default("low"),
  )
  .option(
    "--config <file>",
    "configuration of the policies; default: that of the stack's environment",
    ofCaller,
  )
  .option("--project <folder>", "another Pulumi project than this repository's", ofCaller);

await runCommand<Options>(command, judgeStack);

async function judgeStack({ options, args, signal }: CommandContext<Options>): Promise<void> {
  requireOneOutput(options);
  await requireWritable(options);
  const instance = openInstance();
  const [stack = ""] = args;
  const { folder, regions } = await openProject(instance.cloneDir, stack, options.project);
  const configFile = options.config ?? (await policyConfigFile(folder, stack));
  const config = await readPolicyConfig(configFile, POLICIES);
  const progress = createProgress(options, process.stderr);
  const tools = await progress.step({
    title: "Obtain the tools",
    run: (onProgress) => obtainTools(simulatedUpTools, { onProgress, signal }),
  });
  const crds = await progress.step({
    title: "Obtain the CRDs of all operators",
    run: (onProgress) => obtainAllCrds({ onProgress, signal }),
  });
  const { result } = await previewOnEmbedded({
    ...{ instance, stack, regions, tools, crds, progress, signal },
    projectDir: folder,
    policyConfig: configFile,
    command: `npm run policy -- ${stack}`,
  });
  if (options.verbose) console.error(`\n${result.output}`);
  const report = buildReport({
    ...{ stack, config, result, groups: GROUPS },
    stackFile: relativeTo(instance.cloneDir, path.join(folder, `Pulumi.${stack}.yaml`)),
    configFile: relativeTo(instance.cloneDir, configFile),
  });
  const verdict = verdictOf(report, options.failOn);
  await writeReport(report, verdict, options, documentationPage(env));
  const warning = takesOutput(options) && !process.stdout.isTTY ? bannerWarning(env) : undefined;
  if (warning !== undefined) console.error(warning);
  if (!isPassed(verdict)) process.exitCode = 1;
}

/** As code hosts name files: with slashes, below the repository's root where it is there. */
function relativeTo(root: string, file: string): string {
  const relative = path.relative(root, file);
  return (relative.startsWith("..") ? file : relative).replaceAll(path.sep, "/");
}
