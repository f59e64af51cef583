import { readFileSync } from "node:fs";
import type { KubernetesObject } from "../judge.ts";

/** A file of this project's components, as it goes into a ConfigMap. */
export function ownFile(path: string): string {
  return readFileSync(new URL(`../../../components/${path}`, import.meta.url), "utf8");
}

export function configMap(data: unknown, others: object = {}): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "store", namespace: "ai-agents" },
    data,
    ...others,
  };
}

/** A StatefulSet with one container, and what else its spec has. */
export function statefulSet(
  container: object,
  { pod = {}, ...spec }: { pod?: object; [key: string]: unknown } = {},
): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "store", namespace: "ai-agents" },
    spec: { template: { spec: { containers: [{ name: "store", ...container }], ...pod } }, ...spec },
  };
}
