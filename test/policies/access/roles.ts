import type { KubernetesObject } from "../judge.ts";

/** A role with these rules. */
export function role(rules: unknown, kind = "ClusterRole"): KubernetesObject {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name: "reader", ...(kind === "Role" ? { namespace: "ai-agents" } : {}) },
    rules,
  };
}

/** A ClusterRole that gathers the rules of those that the selectors select. */
export function aggregated(selectors: unknown): KubernetesObject {
  return { ...role(null), aggregationRule: { clusterRoleSelectors: selectors } };
}

/** A binding of a role to subjects. */
export function binding(roleRef: unknown, subjects: unknown, kind = "ClusterRoleBinding"): KubernetesObject {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name: "reader", ...(kind === "RoleBinding" ? { namespace: "ai-agents" } : {}) },
    roleRef,
    subjects,
  };
}
