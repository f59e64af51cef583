import type { KubernetesObject } from "../judge.ts";
import { workload } from "./objects.ts";

export const JOB = "claude-agent-research";
const METADATA = { name: JOB, namespace: "ai-agents" };

/** A class of agents. */
export function agent(
  metadata: object = {},
  kind = "Deployment",
  app: unknown = "claude-agent",
): KubernetesObject {
  return workload({}, { ...METADATA, ...metadata, kind, labels: { app } });
}

/** A PrometheusRule with these rules in one group. */
export function rules(members: unknown, metadata: object = {}): KubernetesObject {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { ...METADATA, ...metadata },
    spec: { groups: [{ name: "agents", rules: members }] },
  };
}

/** A ConfigMap that Grafana loads, with one panel for each query. */
export function dashboard(
  queries: readonly string[],
  labels: unknown = { grafana_dashboard: "1" },
): KubernetesObject {
  const panels = queries.map((expr) => ({ targets: [{ expr }] }));
  return files({ "agents.json": JSON.stringify({ panels }) }, labels);
}

export function files(data: unknown, labels: unknown = { grafana_dashboard: "1" }): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { ...METADATA, labels }, data };
}
