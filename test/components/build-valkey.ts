import { Valkey, type ValkeyArgs } from "../../components/valkey.ts";
import { only, record } from "./record-stack.ts";

const ARGS: ValkeyArgs = {
  namespace: "ai-agents",
  image: `valkey@sha256:${"cd".repeat(32)}`,
  replicas: 3,
  quorum: 2,
  minReplicasToWrite: 1,
  storage: "10Gi",
  requests: { cpu: "250m", memory: "1Gi" },
  limits: { cpu: "500m", memory: "2Gi" },
  sentinel: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
  spread: "hard",
};

export const EXPORTER = {
  image: `exporter@sha256:${"ef".repeat(32)}`,
  requests: { cpu: "10m", memory: "32Mi" },
  limits: { cpu: "100m", memory: "64Mi" },
};

export async function build(changes: Partial<ValkeyArgs> = {}) {
  const { resources, result } = await record(() => new Valkey("store", { ...ARGS, ...changes }));
  const { spec } = only(resources, "kubernetes:apps/v1:StatefulSet", "store-set").inputs;
  const [server, sentinel, exporter] = spec.template.spec.containers;
  return { resources, result, spec, pod: spec.template.spec, server, sentinel, exporter };
}

/** Keys of the Secret that each container reads, by the variable that they are in. */
export function secretsOf(pod: {
  containers: { name: string; env: { name: string; valueFrom?: Record<string, { key: string }> }[] }[];
}) {
  return Object.fromEntries(
    pod.containers.map(({ name, env }) => [
      name,
      Object.fromEntries(
        env.flatMap((variable) => {
          const key = variable.valueFrom?.["secretKeyRef"]?.key;
          return key === undefined ? [] : [[variable.name, key]];
        }),
      ),
    ]),
  );
}

export async function stringDataOf(resources: Awaited<ReturnType<typeof build>>["resources"]) {
  return only(resources, "kubernetes:core/v1:Secret", "store-secret").inputs.stringData;
}

export function environmentOf(container: {
  env: { name: string; value?: string }[];
}): Record<string, string | undefined> {
  return Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
}
