import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { writeWhole } from "../process/write-whole.ts";

/** A region to be listed in the kubeconfig. */
export interface ListedCluster {
  /** Name of its context. */
  context: string;
  /** URL of its API server. */
  server: string;
  /** Folder with `ca.crt` and the administrator's `admin.crt` and `admin.key`. */
  pkiDir: string;
}

/**
 * Writes the environment's kubeconfig with one context per region, certificates included, readable by the owner
 * alone. A reader sees the old file or the new one, never a part.
 */
export async function writeKubeconfig(file: string, clusters: readonly ListedCluster[]): Promise<void> {
  const entries = await Promise.all(clusters.map(kubeconfigEntry));
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": clusters[0]?.context ?? "",
    clusters: entries.map(({ name, cluster }) => ({ name, cluster })),
    users: entries.map(({ name, user }) => ({ name, user })),
    contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  };
  await mkdir(path.dirname(file), { recursive: true });
  await writeWhole(file, stringify(config));
}

const contextsSchema = z.looseObject({
  contexts: z.array(z.looseObject({ name: z.string(), context: z.looseObject({}) })).min(1),
});

/** Lets more contexts of a kubeconfig lead to the cluster of its first one: for callers that only look. */
export async function addAliases(file: string, aliases: readonly string[]): Promise<void> {
  const config = contextsSchema.parse(parse(await readFile(file, "utf8")));
  const [first] = config.contexts;
  const contexts = [...config.contexts, ...aliases.map((name) => ({ ...first, name }))];
  await writeWhole(file, stringify({ ...config, contexts }));
}

async function kubeconfigEntry({ context, server, pkiDir }: ListedCluster) {
  const read = async (name: string) => (await readFile(path.join(pkiDir, name))).toString("base64");
  const [authority, certificate, key] = await Promise.all([
    read("ca.crt"),
    read("admin.crt"),
    read("admin.key"),
  ]);
  return {
    name: context,
    cluster: { server, "certificate-authority-data": authority },
    user: { "client-certificate-data": certificate, "client-key-data": key },
  };
}
