import type { KubernetesObject, PolicyResource } from "../judge.ts";

/** What a policy says that finds nothing. */
export const NOTHING = { violations: [], undecided: undefined };

const META = { name: "agent", namespace: "ai-agents" };
export const LABELS = { app: "agent", tier: "worker" };

/** Changes of the metadata of an object: another name, namespace or labels. */
type Metadata = Readonly<Record<string, unknown>>;

/** A workload whose pods have labels of their own. */
export function workload(
  spec: object = {},
  { kind = "Deployment", labels = LABELS, ...metadata }: Metadata & { kind?: string; labels?: unknown } = {},
): KubernetesObject {
  const apiVersion = kind === "Rollout" ? "argoproj.io/v1alpha1" : "apps/v1";
  const template = { metadata: { labels }, spec: {} };
  return { apiVersion, kind, metadata: { ...META, ...metadata }, spec: { template, ...spec } };
}

/** A workload of one container with these requests. */
export function asking(
  requests: unknown,
  spec: object = {},
  metadata: Metadata & { kind?: string } = {},
): KubernetesObject {
  const template = {
    metadata: { labels: LABELS },
    spec: { containers: [{ name: "main", resources: { requests } }] },
  };
  return workload({ template, ...spec }, metadata);
}

/** A PodDisruptionBudget with this selector. */
export function budget(selector: unknown, metadata: Metadata = {}): KubernetesObject {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { ...META, ...metadata },
    spec: { maxUnavailable: 1, selector },
  };
}

/** A HorizontalPodAutoscaler of the Deployment `agent`. */
export function autoscaler(
  scaleTargetRef: object = {},
  spec: object = {},
  metadata: Metadata = {},
): KubernetesObject {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { ...META, ...metadata },
    spec: { scaleTargetRef: { kind: "Deployment", name: "agent", ...scaleTargetRef }, ...spec },
  };
}

/** A ScaledObject of the Deployment `agent`. */
export function scaledObject(scaleTargetRef: object = {}, spec: object = {}): KubernetesObject {
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: META,
    spec: { scaleTargetRef: { name: "agent", ...scaleTargetRef }, ...spec },
  };
}

/** A database of CloudNativePG. */
export function database(spec: object): KubernetesObject {
  return { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", metadata: META, spec };
}

/** The resource, made through a provider with these settings. */
export function through(resource: PolicyResource, props: Record<string, unknown>): PolicyResource {
  const { provider, ...others } = resource;
  return provider === undefined ? resource : { ...others, provider: { ...provider, props } };
}
