import { appendFile, copyFile, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { bundleRuntime } from "../../agent-runtime/bundle.ts";
import { composeImage } from "../../local/images/compose.ts";
import { agentRuntimeImage } from "../../local/images/recipes.ts";
import { loadImages } from "../../local/region/real/equip.ts";
import type { DrillEnvironment } from "./drill-environment.ts";

/** An image of the same program with other bytes, on every worker; returns its reference. */
export async function composeOtherImage(environment: DrillEnvironment): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "drill-image-"));
  try {
    const bundle = await bundleRuntime(path.join(folder, "bundle.mjs"));
    const changed = path.join(folder, "main.mjs");
    await copyFile(bundle.path, changed);
    await appendFile(changed, `\n// ${Date.now()}\n`);
    const image = await composeImage(await agentRuntimeImage(changed), folder);
    for (const { layout } of [environment.primary, environment.standby]) {
      await Promise.all(layout.workers.map((worker) => loadImages(worker, [image])));
    }
    return image.reference;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
