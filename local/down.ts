import { rm } from "node:fs/promises";
import { Command } from "commander";
import { runCommand } from "./cli/command.ts";
import { createProgress } from "./cli/progress.ts";
import { stopCoordinators } from "./environment/coordinators.ts";
import { closeFrontDoor } from "./environment/front-door.ts";
import { openInstance } from "./environment/instance.ts";
import { destroyLocalStack } from "./environment/local-stack.ts";
import { readRecord } from "./environment/record.ts";
import { stopRegions } from "./environment/regions.ts";
import { acquireLock } from "./process/lock.ts";

const command = new Command("npm run down --").description(
  "Stops the embedded environment and removes everything but the tool cache. What the stack made on existing clusters is deleted.",
);

await runCommand(command, async ({ options, signal }) => {
  const instance = openInstance();
  const release = await acquireLock(instance.lockFile, "npm run down");
  try {
    const progress = createProgress(options);
    const environment = await readRecord(instance);
    if (environment !== undefined) {
      await progress.step({ title: "Close the front door", run: () => closeFrontDoor(instance) });
      await progress.step({
        title: "Stop the coordinators",
        run: () => stopCoordinators(instance, environment),
      });
    }
    if (environment?.nodes === "existing") {
      const destroy = () => destroyLocalStack(instance, environment, signal);
      await progress.step({ title: "Delete what the stack has made", run: destroy });
    }
    await progress.step({ title: "Stop the regions", run: () => stopRegions(instance) });
    await rm(instance.stateDir, { recursive: true, force: true });
    if (options.json) console.log(JSON.stringify({ removed: instance.stateDir }, null, 2));
    else console.log(`\nNothing of the environment ${instance.name} is left but the tool cache.`);
  } finally {
    await release();
  }
});
