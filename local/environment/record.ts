import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeWhole } from "../process/write-whole.ts";
import type { Instance } from "./instance.ts";

const regionSchema = z.object({
  name: z.string(),
  role: z.enum(["primary", "standby"]),
  /** Context in `kubeconfig`. */
  context: z.string(),
  kubeconfig: z.string(),
  /** Loopback address of the process that stands in for the coordinator's pods; none where pods are real. */
  address: z.string().optional(),
  /** URLs at which the region's coordinator answers: one for each worker where pods are real. */
  endpoints: z.array(z.string()).default([]),
});

const recordSchema = z.object({
  nodes: z.enum(["simulated", "real", "existing"]),
  /** Workers of each region where pods are real. */
  workers: z.number().int().optional(),
  /** Whether a Gateway API controller stands before each region. */
  gateway: z.boolean().default(false),
  regions: z.array(regionSchema).min(1),
  frontDoorPort: z.number().int(),
  upstream: z.enum(["simulated", "anthropic"]),
  /** Programs that `down` and `status` need again. */
  tools: z.object({ pulumi: z.string(), kubectl: z.string() }),
});

/** One region of an embedded environment. */
export type EnvironmentRegion = z.infer<typeof regionSchema>;

/** What an embedded environment was brought up as; written before anything is deployed, read by every other command. */
export type EnvironmentRecord = z.infer<typeof recordSchema>;

/** The record of an environment, or undefined when there is none. */
export async function readRecord(instance: Instance): Promise<EnvironmentRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(fileOf(instance), "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Error(
      `The record of the environment ${instance.name} cannot be read (${fileOf(instance)}): ${error}`,
    );
  }
}

/** Like {@link readRecord}, for commands that need an environment. @throws Error saying how to get one. */
export async function requireRecord(instance: Instance): Promise<EnvironmentRecord> {
  const record = await readRecord(instance);
  if (record === undefined)
    throw new Error("There is no embedded environment. Bring one up with: npm run up");
  return record;
}

/**
 * Makes sure that an environment stays on the clusters that it was brought up on: moving it would leave behind what it
 * has made there.
 *
 * @throws Error that names both
 */
export async function requireSameClusters(instance: Instance, wanted: Clusters): Promise<void> {
  const record = await readRecord(instance);
  if (record === undefined) return;
  const [before, now] = [clustersOf(record), clustersOf(wanted)];
  if (before === now) return;
  throw new Error(
    `The environment ${instance.name} was brought up on ${before}, not on ${now}. ` +
      "Take it down first (npm run down), or bring up another one beside it with CLAUDE_AGENTS_INSTANCE.",
  );
}

interface Clusters {
  readonly nodes: EnvironmentRecord["nodes"];
  readonly regions: readonly Pick<EnvironmentRegion, "context" | "kubeconfig">[];
}

function clustersOf({ nodes, regions }: Clusters): string {
  const clusters = regions.map(({ context, kubeconfig }) => `${context} (${kubeconfig})`).join(", ");
  return `${clusters} with ${nodes === "existing" ? "nodes of yours" : `${nodes} nodes`}`;
}

export async function writeRecord(instance: Instance, record: EnvironmentRecord): Promise<void> {
  await mkdir(instance.stateDir, { recursive: true, mode: 0o700 });
  await writeWhole(fileOf(instance), JSON.stringify(record, null, 2));
}

function fileOf(instance: Instance): string {
  return path.join(instance.stateDir, "environment.json");
}
