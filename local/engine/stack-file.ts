import { readdir, readFile } from "node:fs/promises";
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

const environmentSchema = z.looseObject({
  config: z.looseObject({ "claude-agents:environment": z.string().optional() }).nullish(),
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
  const parsed = stackFileSchema.safeParse(await readStackFile(cloneDir, stack));
  if (parsed.success) return withRoles(parsed.data.config);
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`Pulumi.${stack}.yaml does not name its regions: ${faults.join("; ")}`);
}

/**
 * What the stack file says the stack is for, such as `production`; undefined where it says nothing.
 *
 * @throws Error when there is no such stack
 */
export async function readStackEnvironment(cloneDir: string, stack: string): Promise<string | undefined> {
  const parsed = environmentSchema.safeParse(await readStackFile(cloneDir, stack));
  return parsed.data?.config?.["claude-agents:environment"];
}

/**
 * The regions of a stack whose program need not be the platform's.
 *
 * @returns one region of a name and context of its own where the file names none
 * @throws Error when there is no such stack or its file names faulty regions
 */
export async function readRegionsOrOne(cloneDir: string, stack: string): Promise<StackRegion[]> {
  const content = await readStackFile(cloneDir, stack);
  const named = z.looseObject({ config: z.looseObject({ "claude-agents:regions": z.unknown() }) });
  const parsed = named.safeParse(content);
  const isNamed = parsed.success && parsed.data.config["claude-agents:regions"] !== undefined;
  return isNamed
    ? readStackRegions(cloneDir, stack)
    : [{ name: "region", context: "region", role: "primary" }];
}

async function readStackFile(cloneDir: string, stack: string): Promise<unknown> {
  const file = path.join(cloneDir, `Pulumi.${stack}.yaml`);
  const text = await readFile(file, "utf8").catch(async () => {
    const stacks = await listStacks(cloneDir);
    throw new Error(
      `There is no stack ${JSON.stringify(stack)}: Pulumi.${stack}.yaml does not exist. ` +
        (stacks.length > 0 ? `There are ${stacks.join(", ")}.` : `${cloneDir} has no stack.`),
    );
  });
  return parse(text);
}

async function listStacks(cloneDir: string): Promise<string[]> {
  const names = await readdir(cloneDir).catch(() => []);
  return names.flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []).sort();
}

function withRoles(config: z.infer<typeof stackFileSchema>["config"]): StackRegion[] {
  const regions = config["claude-agents:regions"];
  const { primary = regions[0]?.name } = config["claude-agents:failover"] ?? {};
  return regions.map((region) => ({
    ...region,
    role: region.name === primary ? "primary" : "standby",
  }));
}
