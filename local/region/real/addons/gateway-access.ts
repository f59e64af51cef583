const GATEWAY_API = "gateway.networking.k8s.io";
const RBAC = "rbac.authorization.k8s.io";

interface Account {
  readonly name: string;
  readonly namespace: string;
}

/**
 * What Traefik has to read and write as Gateway API controller. Of the cluster it sees the names of namespaces and the
 * gateway classes, everything else in two namespaces alone: among it their Secrets, as it does not start without.
 */
export function gatewayAccess(account: Account, routesNamespace: string): object[] {
  const { name } = account;
  const cluster = `${name}-gateway-classes`;
  const namespaced = `${name}-gateways`;
  const subjects = [{ kind: "ServiceAccount", ...account }];
  return [
    clusterRole(cluster, [
      watching("", ["namespaces"]),
      watching(GATEWAY_API, ["gatewayclasses"]),
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
      watching(GATEWAY_API, [
        "gateways",
        "httproutes",
        "grpcroutes",
        "referencegrants",
        "backendtlspolicies",
      ]),
      reporting(["gateways", "httproutes"]),
    ]),
    ...[account.namespace, routesNamespace].map((namespace) => ({
      apiVersion: `${RBAC}/v1`,
      kind: "RoleBinding",
      metadata: { name: namespaced, namespace },
      roleRef: roleRef(namespaced),
      subjects,
    })),
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
    apiGroups: [GATEWAY_API],
    resources: resources.map((resource) => `${resource}/status`),
    verbs: ["update"],
  };
}
