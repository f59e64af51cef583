import { z } from "zod";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { Kubectl } from "../region/kubectl.ts";
import type { EnvironmentRegion } from "./record.ts";

/** A workload of a region and how much of it is ready. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly ready: number;
  readonly wanted: number;
}

const workloadSchema = z.looseObject({
  spec: z.looseObject({ replicas: z.number().default(1) }),
  status: z.looseObject({ readyReplicas: z.number().default(0) }).prefault({}),
});

/** Deployments and stateful sets of the platform in a region. @throws KubectlError when the region does not answer */
export async function readWorkloads(
  { kubeconfig, context }: Pick<EnvironmentRegion, "kubeconfig" | "context">,
  kubectl: string,
): Promise<Workload[]> {
  const objects = await new Kubectl({ kubectl, kubeconfig, context }).listJson("deployments,statefulsets", {
    namespace: NAMESPACE,
  });
  return objects.map((object) => {
    const { spec, status } = workloadSchema.parse(object);
    const { kind = "", metadata } = object;
    return { kind, name: metadata.name, ready: status.readyReplicas, wanted: spec.replicas };
  });
}
