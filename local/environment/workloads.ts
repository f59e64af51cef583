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
  status: z
    .looseObject({
      readyReplicas: z.number().default(0),
      /** Of a DaemonSet. */
      numberReady: z.number().default(0),
      desiredNumberScheduled: z.number().default(1),
    })
    .prefault({}),
});

const autoscalerSchema = z.looseObject({
  spec: z.looseObject({
    minReplicas: z.number().default(1),
    scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
  }),
});

const TIMEOUT_MS = 120_000;
const POLL_MS = 500;

/** A region that is switched off answers nothing, not even that. */
const ANSWER_SECONDS = 5;

/**
 * The workloads of a region: the platform's, and in a region of real nodes those that equip it too.
 *
 * @throws KubectlError when the region does not answer
 */
export async function readWorkloads(
  { kubeconfig, context }: Pick<EnvironmentRegion, "kubeconfig" | "context">,
  { nodes, tools }: Pick<EnvironmentRecord, "nodes" | "tools">,
  signal?: AbortSignal,
): Promise<Workload[]> {
  const kinds = "deployments,statefulsets,daemonsets,horizontalpodautoscalers";
  const scope = nodes === "real" ? {} : { namespace: NAMESPACE };
  const objects = await new Kubectl({ kubectl: tools.kubectl, kubeconfig, context }).listJson(kinds, {
    ...scope,
    timeoutSeconds: ANSWER_SECONDS,
    signal,
  });
  const minimums = minimumsOf(objects);
  return objects.flatMap((object) => {
    const { kind = "", metadata } = object;
    if (kind === "HorizontalPodAutoscaler") return [];
    const { spec, status } = workloadSchema.parse(object);
    const { name } = metadata;
    if (kind === "DaemonSet")
      return [{ kind, name, ready: status.numberReady, wanted: status.desiredNumberScheduled }];
    const wanted = Math.max(spec.replicas, minimums.get(`${kind}/${name}`) ?? 0);
    return [{ kind, name, ready: status.readyReplicas, wanted }];
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
  environment: EnvironmentRecord,
  signal: AbortSignal,
): Promise<Map<string, Workload[]>> {
  const found = await Promise.all(
    environment.regions.map(
      async (region) => [region.name, await waitForRegion(region, environment, signal)] as const,
    ),
  );
  return new Map(found);
}

async function waitForRegion(
  region: EnvironmentRegion,
  environment: EnvironmentRecord,
  signal: AbortSignal,
): Promise<Workload[]> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const workloads = await readWorkloads(region, environment, signal);
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
