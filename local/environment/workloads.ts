import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { Kubectl, type KubernetesObject } from "../region/kubectl.ts";
import type { EnvironmentRecord, EnvironmentRegion } from "./record.ts";

/** A workload of a region and how much of it is ready. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly ready: number;
  /** What its autoscaler wants at least, else what it declares. */
  readonly wanted: number;
}

const workloadSchema = z.looseObject({
  spec: z.looseObject({ replicas: z.number().default(1) }),
  status: z.looseObject({ readyReplicas: z.number().default(0) }).prefault({}),
});

const autoscalerSchema = z.looseObject({
  spec: z.looseObject({
    minReplicas: z.number().default(1),
    scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
  }),
});

const TIMEOUT_MS = 120_000;
const POLL_MS = 500;

/** Deployments and stateful sets of the platform in a region. @throws KubectlError when the region does not answer */
export async function readWorkloads(
  { kubeconfig, context }: Pick<EnvironmentRegion, "kubeconfig" | "context">,
  kubectl: string,
  signal?: AbortSignal,
): Promise<Workload[]> {
  const kinds = "deployments,statefulsets,horizontalpodautoscalers";
  const objects = await new Kubectl({ kubectl, kubeconfig, context }).listJson(kinds, {
    namespace: NAMESPACE,
    signal,
  });
  const minimums = minimumsOf(objects);
  return objects.flatMap((object) => {
    const { kind = "", metadata } = object;
    if (kind === "HorizontalPodAutoscaler") return [];
    const { spec, status } = workloadSchema.parse(object);
    const wanted = Math.max(spec.replicas, minimums.get(`${kind}/${metadata.name}`) ?? 0);
    return [{ kind, name: metadata.name, ready: status.readyReplicas, wanted }];
  });
}

function minimumsOf(objects: readonly KubernetesObject[]): Map<string, number> {
  const autoscalers = objects.filter(({ kind }) => kind === "HorizontalPodAutoscaler");
  return new Map(
    autoscalers.map((object) => {
      const { minReplicas, scaleTargetRef } = autoscalerSchema.parse(object).spec;
      return [`${scaleTargetRef.kind}/${scaleTargetRef.name}`, minReplicas];
    }),
  );
}

/** Whether there is something and all of it is ready. */
export function areReady(workloads: readonly Workload[]): boolean {
  return workloads.length > 0 && workloads.every(({ ready, wanted }) => ready >= wanted);
}

/**
 * Waits until every workload of every region has the replicas that it wants, ready: autoscalers add theirs a little
 * after the deployment is through.
 *
 * @throws Error naming what is not ready after two minutes
 */
export async function waitForWorkloads(
  { regions, tools }: EnvironmentRecord,
  signal: AbortSignal,
): Promise<Map<string, Workload[]>> {
  const found = await Promise.all(
    regions.map(async (region) => [region.name, await waitForRegion(region, tools.kubectl, signal)] as const),
  );
  return new Map(found);
}

async function waitForRegion(
  region: EnvironmentRegion,
  kubectl: string,
  signal: AbortSignal,
): Promise<Workload[]> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const workloads = await readWorkloads(region, kubectl, signal);
    if (areReady(workloads)) return workloads;
    if (performance.now() > deadline) {
      const late = workloads.map(({ name, ready, wanted }) => `${name} ${ready} of ${wanted}`).join(", ");
      throw new Error(
        `${region.name} is not ready after ${TIMEOUT_MS / 1000} s: ${late}. ` +
          `Look with: kubectl --kubeconfig ${region.kubeconfig} --context ${region.context} describe pods -n ${NAMESPACE}`,
      );
    }
    await delay(POLL_MS, undefined, { signal });
  }
}
