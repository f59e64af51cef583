import type { z } from "zod";
import { type PostgresConfig, postgresSchema } from "../../../components/config/postgres-schema.ts";
import type { ClusterArgs } from "../../../components/postgres/cluster.ts";
import type { SingleServerArgs } from "../../../components/postgres/single-server.ts";
import { Postgres, type PostgresArgs } from "../../../components/postgres.ts";
import { record } from "../record-stack.ts";

type Input = z.input<typeof postgresSchema>;

/** The configuration with its defaults. */
export function settingsOf(input: Input): PostgresConfig {
  return postgresSchema.parse(input);
}

/** Builds the component as `database` and returns what it registered, without itself. */
export async function build(args: PostgresArgs) {
  const { resources, result } = await record(() => new Postgres("database", args));
  const children = resources.filter(({ type }) => type !== "claude-agents:store:Postgres");
  return { children, names: children.map(({ name }) => name).sort(), result };
}

const ROTATION = { use: 1, accept: [1] };

/** Builds a single server. */
export async function buildSingle(single: Input["single"] = {}, changes: Partial<SingleServerArgs> = {}) {
  const { exporter, ...settings } = settingsOf({ mode: "single", single }).single;
  return await build({
    mode: "single",
    namespace: "ai-agents",
    rotation: ROTATION,
    ...settings,
    ...(exporter.enabled ? { exporter } : {}),
    ...changes,
  });
}

export const BACKUP = {
  destination: "s3://agents-backups/postgres",
  roleArn: "arn:aws:iam::123456789012:role/agents-backups",
};

/** Builds a cluster in region `eu`. */
export async function buildCluster(cluster: Input["cluster"] = {}, changes: Partial<ClusterArgs> = {}) {
  return await build({
    mode: "cluster",
    namespace: "ai-agents",
    region: "eu",
    rotation: ROTATION,
    spread: "hard",
    ...settingsOf({ mode: "cluster", cluster }).cluster,
    ...changes,
  });
}
