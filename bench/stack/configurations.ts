import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";

export const ROOT = path.join(import.meta.dirname, "../..");

const IMAGE = `registry.example.com/agent-runtime@sha256:${"ab".repeat(32)}`;

export type Config = Readonly<Record<string, unknown>>;

/** The configuration of a stack file, keys without the project's name. */
export async function readStackConfig(stack: string): Promise<Config> {
  const { config } = parse(await readFile(path.join(ROOT, `Pulumi.${stack}.yaml`), "utf8"));
  const entries = Object.entries(config).map(([key, value]) => [key.replace("claude-agents:", ""), value]);
  return { ...Object.fromEntries(entries), image: IMAGE };
}

/** The local stack with so many regions, in clusters `c1`, `c2`, … of one kubeconfig. */
export function withRegions(local: Config, count: number, kubeconfig?: string): Config {
  const regions = Array.from({ length: count }, (_, index) => ({
    name: `r${index + 1}`,
    context: `c${index + 1}`,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  }));
  return { ...local, regions, failover: { primary: "r1" } };
}

/** The local stack with so many classes of agents in one region. */
export function withAgents(local: Config, count: number): Config {
  const agents = Array.from({ length: count }, (_, index) => ({ name: `agent-${index + 1}` }));
  return { ...withRegions(local, 1), agents };
}
