import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import type { Config } from "../stack/configurations.ts";

const propertiesSchema = z.record(z.string(), z.unknown());
const resourcesSchema = z
  .array(z.object({ type: z.string(), name: z.string(), inputs: propertiesSchema, provider: z.string() }))
  .min(1);

/** What the engine gives the pack of one resource. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Name of the provider: every copy of the stack goes to clusters of its own. */
  readonly provider: string;
}

/** The resources that the stack's program registers with this configuration. */
export async function readProgramResources(config: Config, signal: AbortSignal): Promise<Resource[]> {
  const texts = Object.entries(config).map(([key, value]) => [
    `claude-agents:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const { stdout } = await execa(process.execPath, [path.join(import.meta.dirname, "list-resources.ts")], {
    env: { PULUMI_CONFIG: JSON.stringify(Object.fromEntries(texts)) },
    cancelSignal: signal,
  });
  return resourcesSchema
    .parse(JSON.parse(stdout.split("\n").at(-1) ?? ""))
    .map(({ inputs, ...resource }) => ({ ...resource, properties: inputs }));
}

/** So many resources: the same mix again and again, each copy in clusters of its own. */
export function repeat(resources: readonly Resource[], count: number): Resource[] {
  return Array.from({ length: count }, (_, index) => {
    const { name, provider, ...resource } = resources[index % resources.length] as Resource;
    const copy = Math.floor(index / resources.length) + 1;
    return { ...resource, name: `${name}-${copy}`, provider: `${provider}-${copy}` };
  });
}

/** A ConfigMap of about so many bytes. */
export function largeConfigMap(bytes: number): Resource {
  const valueLength = 100;
  const count = Math.ceil(bytes / valueLength);
  const data = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`key-${index}`, "x".repeat(valueLength)]),
  );
  return {
    type: "kubernetes:core/v1:ConfigMap",
    name: "large",
    properties: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "large" }, data },
    provider: "provider-1",
  };
}
