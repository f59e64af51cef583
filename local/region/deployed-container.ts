import { z } from "zod";
import { type PodFields, resolveContainerEnv } from "./container-env.ts";
import {
  type ConfigSources,
  type DeploymentTemplate,
  deploymentSchema,
  type PodContainer,
} from "./container-spec.ts";
import { type Kubectl, KubectlError } from "./kubectl.ts";
import { mountedFiles } from "./mounted-files.ts";

/** What the first container of a Deployment would get from its cluster. */
export interface DeployedContainer {
  env: Record<string, string>;
  /** Files by mount path, then by relative path. */
  mounts: Map<string, Readonly<Record<string, string>>>;
  /** How long the pod may take to end. */
  terminationGraceSeconds: number;
}

export interface ReadContainerOptions {
  kubectl: Kubectl;
  namespace: string;
  deployment: string;
  /** Address that the downward API would call the pod's and the host's. */
  address: string;
  signal?: AbortSignal | undefined;
}

const KUBERNETES_DEFAULT_GRACE_SECONDS = 30;

/**
 * Reads a Deployment and all ConfigMaps and Secrets that its first container refers to.
 * @throws if the Deployment or a required reference does not exist.
 */
export async function readDeployedContainer(options: ReadContainerOptions): Promise<DeployedContainer> {
  const { kubectl, namespace, deployment, signal } = options;
  const object = await kubectl.getJson("deployment", deployment, { namespace, signal });
  const template = deploymentSchema.parse(object).spec.template;
  const [container] = template.spec.containers;
  if (container === undefined) throw new Error(`Deployment ${deployment} has no container.`);
  const sources = await readSources(template, container, options);
  return {
    env: resolveContainerEnv(container, sources, podFields(template, options)),
    mounts: mountedFiles(template.spec, container, sources),
    terminationGraceSeconds: template.spec.terminationGracePeriodSeconds ?? KUBERNETES_DEFAULT_GRACE_SECONDS,
  };
}

async function readSources(
  template: DeploymentTemplate,
  container: PodContainer,
  options: ReadContainerOptions,
): Promise<ConfigSources> {
  const refs = container.env.flatMap((variable) => variable.valueFrom ?? []);
  const mounted = new Set(container.volumeMounts.map((mount) => mount.name));
  const volumes = template.spec.volumes.filter((volume) => mounted.has(volume.name));
  const configMaps = [
    ...container.envFrom.map((source) => source.configMapRef?.name),
    ...refs.map((ref) => ref.configMapKeyRef?.name),
    ...volumes.map((volume) => volume.configMap?.name),
  ];
  const secrets = [
    ...container.envFrom.map((source) => source.secretRef?.name),
    ...refs.map((ref) => ref.secretKeyRef?.name),
    ...volumes.map((volume) => volume.secret?.secretName),
  ];
  const [foundConfigMaps, foundSecrets] = await Promise.all([
    readAll("configmap", configMaps, options),
    readAll("secret", secrets, options),
  ]);
  return { configMaps: foundConfigMaps, secrets: foundSecrets };
}

const dataSchema = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** The named objects that exist, with Secrets decoded. */
async function readAll(
  kind: "configmap" | "secret",
  names: readonly (string | undefined)[],
  { kubectl, namespace, signal }: ReadContainerOptions,
): Promise<Map<string, Record<string, string>>> {
  const wanted = [...new Set(names)].filter((name) => name !== undefined);
  const found = await Promise.all(
    wanted.map(async (name): Promise<[string, Record<string, string>][]> => {
      try {
        const { data } = dataSchema.parse(await kubectl.getJson(kind, name, { namespace, signal }));
        return [[name, kind === "secret" ? decoded(data) : data]];
      } catch (error) {
        if (error instanceof KubectlError && error.isNotFound) return [];
        throw error;
      }
    }),
  );
  return new Map(found.flat());
}

function decoded(data: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
  );
}

/** The downward API of a process that stands in for a pod. */
function podFields(template: DeploymentTemplate, options: ReadContainerOptions): PodFields {
  const { labels, annotations } = template.metadata;
  const quoted = (kind: string, values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`metadata.${kind}['${key}']`, value]));
  return {
    "metadata.name": `${options.deployment}-host`,
    "metadata.namespace": options.namespace,
    "spec.nodeName": "localhost",
    "spec.serviceAccountName": template.spec.serviceAccountName ?? "default",
    "status.podIP": options.address,
    "status.podIPs": options.address,
    "status.hostIP": options.address,
    "status.hostIPs": options.address,
    ...quoted("labels", labels),
    ...quoted("annotations", annotations),
  };
}
