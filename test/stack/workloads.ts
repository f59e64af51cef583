import { vi } from "vitest";
import { z } from "zod";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { type Kubectl, KubectlError } from "../../local/region/kubectl.ts";

/** A pod as the tests look at it. */
export interface ObservedPod {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the Deployment or StatefulSet that it belongs to. */
  readonly owner: string;
  readonly zone: string | undefined;
  readonly isReady: boolean;
  readonly images: readonly string[];
  /** Whether it can speak to the API server. */
  readonly hasToken: boolean;
}

const podSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    deletionTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(z.looseObject({ kind: z.string(), name: z.string() })).default([]),
  }),
  spec: z.looseObject({
    nodeName: z.string().optional(),
    containers: z.array(z.looseObject({ image: z.string() })),
    volumes: z
      .array(
        z.looseObject({
          projected: z.looseObject({ sources: z.array(z.looseObject({})).default([]) }).optional(),
        }),
      )
      .default([]),
  }),
  status: z.looseObject({
    conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
  }),
});

/** The pods of the platform's namespace that are there to stay. */
export async function podsIn(kubectl: Kubectl): Promise<ObservedPod[]> {
  const objects = await kubectl.listJson("pods", { namespace: NAMESPACE });
  const pods = objects.map((object) => podSchema.parse(object));
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata, spec, status }) => ({
      name: metadata.name,
      uid: metadata.uid,
      labels: metadata.labels,
      owner: ownerOf(metadata),
      zone: spec.nodeName?.replace("-node-", "-z"),
      isReady: status.conditions.some(({ type, status: state }) => type === "Ready" && state === "True"),
      images: spec.containers.map(({ image }) => image),
      hasToken: spec.volumes.some(
        ({ projected }) => projected?.sources.some((source) => "serviceAccountToken" in source) === true,
      ),
    }));
}

function ownerOf({ ownerReferences, labels }: z.infer<typeof podSchema>["metadata"]): string {
  const [owner] = ownerReferences;
  const hash = labels["pod-template-hash"];
  const name = owner?.name ?? "";
  return hash === undefined ? name : name.replace(`-${hash}`, "");
}

export interface ObservedWorkload {
  readonly name: string;
  readonly replicas: number;
}

const workloadSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ replicas: z.number() }),
});

/** The Deployments and StatefulSets of the platform's namespace. */
export async function workloadsIn(kubectl: Kubectl): Promise<ObservedWorkload[]> {
  const objects = await kubectl.listJson("deployments,statefulsets", { namespace: NAMESPACE });
  return objects.map((object) => {
    const { metadata, spec } = workloadSchema.parse(object);
    return { name: metadata.name, replicas: spec.replicas };
  });
}

/** The pods, once every workload has all of its own, all ready, and its autoscaler's minimum. */
export async function settledPodsIn(kubectl: Kubectl): Promise<ObservedPod[]> {
  return await vi.waitFor(
    async () => {
      const [pods, workloads, minimums] = await Promise.all([
        podsIn(kubectl),
        workloadsIn(kubectl),
        minimumsIn(kubectl),
      ]);
      for (const { name, replicas } of workloads) {
        const wanted = Math.max(replicas, minimums.get(name) ?? 0);
        const own = pods.filter(({ owner }) => owner === name);
        const ready = own.filter(({ isReady }) => isReady);
        if (ready.length !== wanted || own.length !== wanted)
          throw new Error(`${name}: ${ready.length} of ${wanted} pods are ready, ${own.length} are there.`);
      }
      return pods;
    },
    { timeout: 60_000, interval: 300 },
  );
}

const autoscalerSchema = z.looseObject({
  spec: z.looseObject({ minReplicas: z.number(), scaleTargetRef: z.looseObject({ name: z.string() }) }),
});

async function minimumsIn(kubectl: Kubectl): Promise<Map<string, number>> {
  const objects = await kubectl.listJson("horizontalpodautoscalers", { namespace: NAMESPACE });
  return new Map(
    objects.map((object) => {
      const { minReplicas, scaleTargetRef } = autoscalerSchema.parse(object).spec;
      return [scaleTargetRef.name, minReplicas];
    }),
  );
}

const budgetSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }) }),
});

/** The disruption budgets of the platform's namespace. */
export async function budgetsIn(kubectl: Kubectl) {
  const objects = await kubectl.listJson("poddisruptionbudgets", { namespace: NAMESPACE });
  return objects.map((object) => {
    const { metadata, spec } = budgetSchema.parse(object);
    return { name: metadata.name, selector: spec.selector.matchLabels };
  });
}

export function isSelected({ labels }: ObservedPod, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** Asks for the eviction of a pod, as a drain does: `evicted`, or what the API server says against it. */
export async function requestEviction(kubectl: Kubectl, pod: string): Promise<string> {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/eviction`;
  const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: pod, namespace: NAMESPACE } };
  try {
    await kubectl.run(["create", "--raw", path, "-f", "-"], {}, JSON.stringify(body));
    return "evicted";
  } catch (error) {
    if (error instanceof KubectlError) return error.message;
    throw error;
  }
}
