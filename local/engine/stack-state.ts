import fs from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

const stateSchema = z.object({
  checkpoint: z.object({
    latest: z
      .object({
        pending_operations: z.array(z.unknown()).nullish(),
        resources: z.array(z.unknown()).nullish(),
      })
      .nullish(),
  }),
});

export interface StackState {
  readonly resources: number;
  /** Operations that were under way when an engine was killed: what became of them is unknown. */
  readonly pendingOperations: number;
}

/** What the file backend knows of a stack, without starting the CLI; `undefined` when the stack was never made. */
export async function readStackState(
  backendDir: string,
  project: string,
  stack: string,
): Promise<StackState | undefined> {
  const file = path.join(backendDir, ".pulumi", "stacks", project, `${stack}.json`);
  let text: string;
  try {
    text = await fs.readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const { latest } = stateSchema.parse(JSON.parse(text)).checkpoint;
  return {
    resources: latest?.resources?.length ?? 0,
    pendingOperations: latest?.pending_operations?.length ?? 0,
  };
}
