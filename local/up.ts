import { runCommand } from "./cli/command.ts";
import { createProgress } from "./cli/progress.ts";
import { buildBundles } from "./environment/bundles.ts";
import { checkMachine } from "./environment/check-machine.ts";
import { startCoordinators } from "./environment/coordinators.ts";
import { startFrontDoor } from "./environment/front-door.ts";
import { openInstance } from "./environment/instance.ts";
import { deployLocalStack } from "./environment/local-stack.ts";
import { planEnvironment, type UpOptions, upCommand, upstreamKey } from "./environment/plan.ts";
import { requireSameClusters, writeRecord } from "./environment/record.ts";
import { startRegions } from "./environment/regions.ts";
import { sendSampleRequest } from "./environment/sample-request.ts";
import { describeChanges, describeOutcomes, printSummary } from "./environment/summary.ts";
import { describeTools, obtainTools, toolsOfUp } from "./environment/tools.ts";
import { waitForWorkloads } from "./environment/workloads.ts";
import { acquireLock } from "./process/lock.ts";

await runCommand<UpOptions>(upCommand(), async ({ options, signal }) => {
  const instance = openInstance();
  const anthropicApiKey = upstreamKey(options);
  const release = await acquireLock(instance.lockFile, "npm run up");
  try {
    const started = performance.now();
    const progress = createProgress(options);
    const plan = await planEnvironment(instance, options);
    await requireSameClusters(instance, plan);
    await progress.step({
      title: "Check the machine",
      run: () => checkMachine(instance, plan),
      describe: String,
    });
    const tools = await progress.step({
      title: "Obtain the tools",
      run: (say) => obtainTools(toolsOfUp, { onProgress: say, signal }),
      describe: describeTools,
    });
    const environment = { ...plan, tools: { pulumi: tools.pulumi.path, kubectl: tools.kubectl.path } };
    const [, bundles] = await progress.together(
      {
        title: `Start ${plan.regions.length} regions`,
        run: (say) =>
          startRegions(instance, environment, tools, { image: options.image, onProgress: say, signal }),
        describe: describeOutcomes,
      },
      { title: "Bundle the runtime and the policies", run: () => buildBundles(instance) },
    );
    // Not earlier: clusters that cannot be used must leave no trace of themselves.
    await writeRecord(instance, environment);
    const deployment = await progress.step({
      title: "Deploy the stack with its policies",
      run: (onProgress) =>
        deployLocalStack(instance, environment, {
          image: options.image ?? bundles.image,
          anthropicApiKey,
          signal,
          onProgress,
        }),
      describe: ({ result }) => describeChanges(result.changes),
    });
    const coordinators = await progress.step({
      title: "Start the coordinators",
      run: (say) => startCoordinators(instance, environment, bundles.runtime, { onProgress: say, signal }),
      describe: describeOutcomes,
    });
    const frontDoor = await progress.step({
      title: "Open the front door",
      run: () => startFrontDoor(instance, environment, signal),
      describe: ({ url, outcome }) => `${url} ${outcome}`,
    });
    const workloads = await progress.step({
      title: "Wait for the workloads",
      run: () => waitForWorkloads(environment, signal),
    });
    const sample = await progress.step({
      title: "Send one request",
      run: () => sendSampleRequest(frontDoor.url, deployment.gatewayApiKey, signal),
      describe: ({ region, latencyMs }) => `answered by ${region} in ${latencyMs} ms`,
    });
    const seconds = (performance.now() - started) / 1000;
    printSummary(
      { instance, environment, deployment, coordinators, frontDoor, workloads, sample, seconds },
      options,
    );
  } finally {
    await release();
  }
});
