import { existsSync } from "node:fs";
import path from "node:path";
import { readRegionsOrOne, readStackRegions, type StackRegion } from "../engine/stack-file.ts";

/** The Pulumi project whose stack is looked at. */
export interface PolicyProject {
  readonly folder: string;
  readonly regions: readonly StackRegion[];
}

/**
 * Finds the project and the regions of a stack.
 *
 * @param cloneDir this repository, whose project it is unless another folder is named
 * @throws Error when there is no such project or no such stack
 */
export async function openProject(cloneDir: string, stack: string, named?: string): Promise<PolicyProject> {
  if (named === undefined) return { folder: cloneDir, regions: await readStackRegions(cloneDir, stack) };
  const folder = path.resolve(named);
  if (!existsSync(path.join(folder, "Pulumi.yaml"))) {
    throw new Error(
      `--project is ${JSON.stringify(named)}; allowed is a folder with a Pulumi.yaml, and ${folder} has none. ` +
        "Name such a folder, or leave --project out for the project of this repository.",
    );
  }
  return { folder, regions: await readRegionsOrOne(folder, stack) };
}
