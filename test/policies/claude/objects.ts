import { APP, COORDINATOR, ENV } from "../../../agent-runtime/src/contract.ts";
import { type KubernetesObject, type PolicyResource, resourceOf } from "../judge.ts";

const METADATA = { name: COORDINATOR, namespace: "ai-agents" };

/** A ConfigMap with these data. */
export function configMap(data: unknown, fields: object = {}): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: METADATA, data, ...fields };
}

/** A ConfigMap with these rules of the gateway. */
export function gatewayRules(rules: unknown): KubernetesObject {
  return configMap({ "gateway.yaml": JSON.stringify(rules) });
}

export interface RuntimeChanges {
  readonly labels?: unknown;
  readonly container?: object;
  readonly spec?: object;
  readonly kind?: string;
  readonly name?: string;
}

/** A workload of the runtime. */
export function runtime({
  labels = { app: APP, tier: "coordinator" },
  container = {},
  spec = {},
  kind = "Deployment",
  name = COORDINATOR,
}: RuntimeChanges = {}): KubernetesObject {
  const main = { name: "coordinator", lifecycle: { preStop: { sleep: { seconds: 5 } } }, ...container };
  return {
    apiVersion: kind === "Rollout" ? "argoproj.io/v1alpha1" : "apps/v1",
    kind,
    metadata: { ...METADATA, name },
    spec: {
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 620, containers: [main, { name: "sidecar" }], ...spec },
      },
    },
  };
}

/** The environment of a container that says how long a turn may take. */
export function turnOf(value: unknown): object {
  return { env: [{ name: ENV.maxTurnSeconds, value }] };
}

export function inRegion(region: string, ...objects: readonly KubernetesObject[]): PolicyResource[] {
  return objects.map((object) => resourceOf(object, { region }));
}
