import { GATEWAY_GROUP } from "../../../../components/exposure/gateway-objects.ts";

const RBAC = "rbac.authorization.k8s.io";

interface Account {
  readonly name: string;
  readonly namespace: string;
}

/**
 * What Traefik has to read and write as Gateway API controller. Of the cluster it sees the names of namespaces and the
 * gateway classes, everything else in one namespace alone, that of Gateway, routes and backends: among it the Secrets, as
 * it does not start without. In its own namespace it sees nothing.
 */
export function gatewayAccess(account: Account, routesNamespace: string): object[] {
  const { name } = account;
  const cluster = `${name}-gateway-classes`;
  const namespaced = `${name}-gateways`;
  const subjects = [{ kind: "ServiceAccount", ...account }];
  return [
    clusterRole(cluster, [
      watching("", ["namespaces"]),
      watching(GATEWAY_GROUP, ["gatewayclasses"]),
      reporting(["gatewayclasses"]),
    ]),
    {
      apiVersion: `${RBAC}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: cluster },
      roleRef: roleRef(cluster),
      subjects,
    },
    clusterRole(namespaced, [
      watching("", ["services", "configmaps", "secrets"]),
      watching("discovery.k8s.io", ["endpointslices"]),
      watching(GATEWAY_GROUP, [
        "gateways",
        "httproutes",
        "grpcroutes",
        "referencegrants",
        "backendtlspolicies",
      ]),
      reporting(["gateways", "httproutes"]),
    ]),
    {
      apiVersion: `${RBAC}/v1`,
      kind: "RoleBinding",
      metadata: { name: namespaced, namespace: routesNamespace },
      roleRef: roleRef(namespaced),
      subjects,
    },
  ];
}

function clusterRole(name: string, rules: readonly object[]): object {
  return { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name }, rules };
}

function roleRef(name: string) {
  return { apiGroup: RBAC, kind: "ClusterRole", name };
}

function watching(group: string, resources: readonly string[]) {
  return { apiGroups: [group], resources, verbs: ["list", "watch"] };
}

function reporting(resources: readonly string[]) {
  return {
    apiGroups: [GATEWAY_GROUP],
    resources: resources.map((resource) => `${resource}/status`),
    verbs: ["update"],
  };
}
