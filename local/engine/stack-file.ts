import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const stackFileSchema = z.looseObject({
  config: z.looseObject({
    "claude-agents:regions": z
      .array(
        z.looseObject({
          name: z.string(),
          context: z.string(),
          kubeconfig: z.string().optional(),
        }),
      )
      .min(1),
    "claude-agents:failover": z.looseObject({ primary: z.string().optional() }).optional(),
  }),
});

/** A region as the stack file has it; fields that are not named here are kept. */
export type StackRegion = z.infer<typeof stackFileSchema>["config"]["claude-agents:regions"][number] & {
  /** The primary gets the traffic while it is healthy. */
  readonly role: "primary" | "standby";
};

/**
 * The regions of a stack, read from its file: the stack program checks them in full, this only finds out which
 * clusters it will talk to.
 *
 * @throws Error when there is no such stack or its file names no regions
 */
export async function readStackRegions(cloneDir: string, stack: string): Promise<StackRegion[]> {
  const file = path.join(cloneDir, `Pulumi.${stack}.yaml`);
  const text = await readFile(file, "utf8").catch(() => {
    throw new Error(`There is no stack ${JSON.stringify(stack)}: Pulumi.${stack}.yaml does not exist.`);
  });
  const parsed = stackFileSchema.safeParse(parse(text));
  if (parsed.success) return withRoles(parsed.data.config);
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`Pulumi.${stack}.yaml does not name its regions: ${faults.join("; ")}`);
}

function withRoles(config: z.infer<typeof stackFileSchema>["config"]): StackRegion[] {
  const regions = config["claude-agents:regions"];
  const { primary = regions[0]?.name } = config["claude-agents:failover"] ?? {};
  return regions.map((region) => ({
    ...region,
    role: region.name === primary ? "primary" : "standby",
  }));
}
