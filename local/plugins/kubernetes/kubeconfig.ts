import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";

export interface ClusterAccess {
  readonly contextName: string;
  readonly server: URL;
  /** Where namespaced objects go that name no namespace. */
  readonly namespace: string;
  readonly tls: {
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
    readonly servername?: string;
    readonly rejectUnauthorized: boolean;
  };
  readonly user: KubeconfigUser;
}

const credentialPlugin = z.object({
  apiVersion: z.string(),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

const user = z.object({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  exec: credentialPlugin.optional(),
  "client-certificate": z.string().optional(),
  "client-certificate-data": z.string().optional(),
  "client-key": z.string().optional(),
  "client-key-data": z.string().optional(),
});

const cluster = z.object({
  server: z.url(),
  "certificate-authority": z.string().optional(),
  "certificate-authority-data": z.string().optional(),
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": z.string().optional(),
  "proxy-url": z.undefined("proxy-url is not supported by the embedded provider").optional(),
});

const context = z.object({
  cluster: z.string(),
  user: z.string().optional(),
  namespace: z.string().optional(),
});

const kubeconfigFile = z.object({
  "current-context": z.string().nullish(),
  contexts: z.array(z.object({ name: z.string(), context })).nullish(),
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })).nullish(),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })).nullish(),
});

export type KubeconfigUser = z.infer<typeof user>;
export type CredentialPlugin = z.infer<typeof credentialPlugin>;

export interface KubeconfigChoice {
  /** A path, or the contents themselves. Default: `$KUBECONFIG`, then `~/.kube/config`. */
  readonly kubeconfig?: string | undefined;
  /** Default: the file's `current-context`. */
  readonly context?: string | undefined;
  /** Default: the context's cluster. */
  readonly cluster?: string | undefined;
  /** Default: the context's namespace, then `default`. */
  readonly namespace?: string | undefined;
}

/**
 * How to reach a cluster. Throws when the file, context, cluster or user is missing or malformed, and names
 * what there is.
 */
export function readKubeconfig(choice: KubeconfigChoice): ClusterAccess {
  const { text, folder, origin } = kubeconfigSource(choice.kubeconfig);
  const file = parsed(kubeconfigFile, parse(text), origin);
  const contextName = choice.context || file["current-context"];
  if (!contextName) throw new Error(`${origin} has no current-context; set the provider argument context`);
  const chosen = entry(file.contexts, contextName, "context", origin).context;
  const clusterName = choice.cluster || chosen.cluster;
  const to = parsed(
    cluster,
    entry(file.clusters, clusterName, "cluster", origin).cluster,
    `${origin}: cluster ${clusterName}`,
  );
  const as = chosen.user
    ? parsed(
        user,
        entry(file.users, chosen.user, "user", origin).user ?? {},
        `${origin}: user ${chosen.user}`,
      )
    : {};
  const bytes = (data: string | undefined, file: string | undefined) => certificateBytes(folder, data, file);

  return {
    contextName,
    server: new URL(to.server),
    namespace: choice.namespace || chosen.namespace || "default",
    tls: {
      ...present("ca", bytes(to["certificate-authority-data"], to["certificate-authority"])),
      ...present("cert", bytes(as["client-certificate-data"], as["client-certificate"])),
      ...present("key", bytes(as["client-key-data"], as["client-key"])),
      ...present("servername", to["tls-server-name"]),
      rejectUnauthorized: to["insecure-skip-tls-verify"] !== true,
    },
    user: as.tokenFile ? { ...as, tokenFile: path.resolve(folder, as.tokenFile) } : as,
  };
}

function kubeconfigSource(given: string | undefined): { text: string; folder: string; origin: string } {
  if (given && /[\n{]/.test(given))
    return { text: given, folder: process.cwd(), origin: "kubeconfig (given as contents)" };
  const candidates = given
    ? [given]
    : (process.env["KUBECONFIG"]?.split(path.delimiter) ?? ["~/.kube/config"]);
  const files = candidates.map((file) => file.replace(/^~(?=\/)/, homedir()));
  const file = files.find((candidate) => existsSync(candidate));
  if (file === undefined) {
    throw new Error(
      `kubeconfig: no such file: ${files.join(", ")}; set the provider argument kubeconfig to a path or to the contents`,
    );
  }
  return {
    text: readFileSync(file, "utf8"),
    folder: path.dirname(path.resolve(file)),
    origin: `kubeconfig ${file}`,
  };
}

function entry<Entry extends { name: string }>(
  entries: Entry[] | null | undefined,
  name: string,
  what: string,
  origin: string,
): Entry {
  const found = entries?.find((candidate) => candidate.name === name);
  if (found) return found;
  const names = (entries ?? []).map((candidate) => candidate.name).join(", ") || "none";
  throw new Error(`${origin} has no ${what} named "${name}"; it has: ${names}`);
}

function parsed<Type>(schema: z.ZodType<Type>, value: unknown, origin: string): Type {
  const result = schema.safeParse(value);
  if (!result.success) throw new Error(`${origin} cannot be read:\n${z.prettifyError(result.error)}`);
  return result.data;
}

function certificateBytes(
  folder: string,
  data: string | undefined,
  file: string | undefined,
): Buffer | undefined {
  if (data) return Buffer.from(data, "base64");
  return file ? readFileSync(path.resolve(folder, file)) : undefined;
}

function present<Key extends string, Value>(key: Key, value: Value | undefined): { [key in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [key in Key]: Value });
}
