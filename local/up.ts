import { runCommand } from "./cli/command.ts";
import { createProgress, type Say } from "./cli/progress.ts";
import { checkMachine } from "./environment/check-machine.ts";
import { startFrontDoor } from "./environment/front-door.ts";
import { gatewayPartsOf } from "./environment/gateway.ts";
import { buildArtifacts } from "./environment/images.ts";
import { openInstance } from "./environment/instance.ts";
import { deployLocalStack } from "./environment/local-stack.ts";
import { planEnvironment, type UpOptions, upCommand, upstreamKey } from "./environment/plan.ts";
import { requireSameClusters, writeRecord } from "./environment/record.ts";
import { describeDoor, openRegions } from "./environment/region-door.ts";
import { environmentOf, equipWorkers, startRegions } from "./environment/regions.ts";
import { sendSampleRequest } from "./environment/sample-request.ts";
import { describeChanges, describeOutcomes, printSummary } from "./environment/summary.ts";
import { describeTools, obtainUpTools } from "./environment/tools.ts";
import { waitForWorkloads } from "./environment/workloads.ts";
import { reportOnStack } from "./policy/stack-report.ts";
import { describeCounts } from "./policy/verdict.ts";
import { acquireLock } from "./process/lock.ts";

await runCommand<UpOptions>(upCommand(), async ({ options, signal }) => {
  const instance = openInstance();
  const anthropicApiKey = upstreamKey(options);
  const release = await acquireLock(instance.lockFile, "npm run up");
  try {
    const started = performance.now();
    const { step, together } = createProgress(options);
    const listen = (onProgress: Say) => ({ onProgress, signal });
    const plan = await planEnvironment(instance, options);
    await requireSameClusters(instance, plan);
    await step({
      title: "Check the machine",
      run: () => checkMachine(instance, plan),
      describe: String,
    });
    const tools = await step({
      title: "Obtain the tools",
      run: (say) => obtainUpTools(plan, listen(say)),
      describe: ({ nodes: _, ...found }) => describeTools(found),
    });
    const [clusters, { runtime, image, images }] = await together(
      {
        title: `Start ${plan.regions.length} regions`,
        run: (say) => startRegions(instance, plan, tools, { image: options.image, ...listen(say) }),
        describe: describeOutcomes,
      },
      { title: "Build what they run", run: (say) => buildArtifacts(instance, tools, listen(say)) },
    );
    const environment = environmentOf(plan, clusters, tools);
    // Not earlier: clusters that cannot be used must leave no trace of themselves.
    await writeRecord(instance, environment);
    if (tools.nodes === "real" && images !== undefined) {
      const equip = (say: Say) => equipWorkers(instance, images, tools, listen(say));
      await step({ title: "Equip the workers", run: equip });
    }
    const { deployment } = await step({
      title: "Deploy the stack with its policies",
      run: async (say) => {
        const made = await deployLocalStack(instance, environment, {
          image: options.image ?? image,
          storeImage: images?.store.reference,
          anthropicApiKey,
          ...listen(say),
        });
        return { deployment: made, report: await reportOnStack(instance.cloneDir, "local", made.result) };
      },
      describe: ({ deployment: { result }, report }) =>
        `${describeChanges(result.changes)}; ${describeCounts(report)}`,
    });
    const door = describeDoor(environment, plan.gateway);
    const gateway = gatewayPartsOf(tools, images);
    const coordinators = await step({
      title: "Open the regions",
      run: (say) => openRegions(instance, environment, { runtime, gateway }, listen(say)),
      describe: (processes) => describeOutcomes(processes) || door,
    });
    const frontDoor = await step({
      title: "Open the front door",
      run: () => startFrontDoor(instance, environment, signal),
      describe: ({ url, outcome }) => `${url} ${outcome}`,
    });
    const workloads = await step({
      title: "Wait for the workloads",
      run: () => waitForWorkloads(environment, signal),
    });
    const sample = await step({
      title: "Send one request",
      run: () => sendSampleRequest(frontDoor.url, deployment.gatewayApiKey, signal),
      describe: ({ region, latencyMs }) => `answered by ${region} in ${latencyMs} ms`,
    });
    const { whySimulated } = plan;
    const seconds = (performance.now() - started) / 1000;
    printSummary(
      {
        instance,
        environment,
        whySimulated,
        door,
        deployment,
        coordinators,
        frontDoor,
        workloads,
        sample,
        seconds,
      },
      options,
    );
  } finally {
    await release();
  }
});
