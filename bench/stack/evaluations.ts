import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { type Spread, spreadOf } from "../statistics.ts";

const resultSchema = z.object({
  importMs: z.number(),
  programMs: z.number(),
  resources: z.int(),
  loadsAws: z.boolean(),
});

/** What evaluating the program took, in milliseconds. */
export interface Evaluation {
  readonly name: string;
  readonly resources: number;
  readonly importMs: Spread;
  readonly programMs: Spread;
  readonly loadsAws: boolean;
}

export interface EvaluationOptions {
  readonly rounds: number;
  /** Folder that keeps compiled code between rounds, as the engine does between operations. */
  readonly compileCache: string;
  readonly signal: AbortSignal;
}

/**
 * Evaluates the program with this configuration in a process of its own, once to warm the cache and then `rounds` times.
 *
 * @param config keys without the project's name
 */
export async function measureEvaluation(
  name: string,
  config: Readonly<Record<string, unknown>>,
  { rounds, compileCache, signal }: EvaluationOptions,
): Promise<Evaluation> {
  const texts = Object.entries(config).map(([key, value]) => [
    `claude-agents:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const evaluate = async () => {
    const { stdout } = await execa(
      process.execPath,
      [path.join(import.meta.dirname, "evaluate-program.ts")],
      {
        env: { PULUMI_CONFIG: JSON.stringify(Object.fromEntries(texts)), NODE_COMPILE_CACHE: compileCache },
        cancelSignal: signal,
      },
    );
    return resultSchema.parse(JSON.parse(stdout.split("\n").at(-1) ?? ""));
  };
  const { resources, loadsAws } = await evaluate();
  const results: z.infer<typeof resultSchema>[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await evaluate());
  return {
    name,
    resources,
    loadsAws,
    importMs: spreadOf(results.map(({ importMs }) => importMs)),
    programMs: spreadOf(results.map(({ programMs }) => programMs)),
  };
}
