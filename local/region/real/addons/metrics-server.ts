const NAME = "metrics-server";
const NAMESPACE = "kube-system";
const PORT = 10_250;
const SELECTOR = { "k8s-app": NAME };

/** CPU and memory of pods for autoscalers and `kubectl top`, read from the kubelets every ten seconds. */
export function metricsServer(image: string): object[] {
  const metadata = { name: NAME, namespace: NAMESPACE };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    ...access(metadata),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: SELECTOR, ports: [{ name: "https", port: 443, targetPort: PORT }] },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        selector: { matchLabels: SELECTOR },
        template: { metadata: { labels: SELECTOR }, spec: podSpec(image) },
      },
    },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1beta1.metrics.k8s.io" },
      spec: {
        group: "metrics.k8s.io",
        version: "v1beta1",
        service: metadata,
        groupPriorityMinimum: 100,
        versionPriority: 100,
        // It makes its certificate itself at each start; the connection never leaves this machine.
        insecureSkipTLSVerify: true,
      },
    },
  ];
}

function access(account: { name: string; namespace: string }): object[] {
  const group = "rbac.authorization.k8s.io";
  const role = { name: `system:${NAME}` };
  const bind = (kind: string, metadata: object, roleKind: string, roleName: string) => ({
    apiVersion: `${group}/v1`,
    kind,
    metadata,
    roleRef: { apiGroup: group, kind: roleKind, name: roleName },
    subjects: [{ kind: "ServiceAccount", ...account }],
  });
  return [
    {
      apiVersion: `${group}/v1`,
      kind: "ClusterRole",
      metadata: role,
      rules: [
        { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
        { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
      ],
    },
    bind("ClusterRoleBinding", role, "ClusterRole", role.name),
    bind("ClusterRoleBinding", { name: `${NAME}:auth-delegator` }, "ClusterRole", "system:auth-delegator"),
    bind(
      "RoleBinding",
      { name: `${NAME}-auth-reader`, namespace: account.namespace },
      "Role",
      "extension-apiserver-authentication-reader",
    ),
  ];
}

function podSpec(image: string): object {
  return {
    serviceAccountName: NAME,
    securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: NAME,
        image,
        args: [
          "--cert-dir=/tmp",
          `--secure-port=${PORT}`,
          "--kubelet-preferred-address-types=InternalIP",
          "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
          // It refuses to start unless the first is longer than the second.
          "--metric-resolution=10s",
          "--kubelet-request-timeout=5s",
        ],
        readinessProbe: { httpGet: { path: "/readyz", port: PORT, scheme: "HTTPS" }, periodSeconds: 2 },
        livenessProbe: { httpGet: { path: "/livez", port: PORT, scheme: "HTTPS" }, periodSeconds: 10 },
        resources: { requests: { cpu: "20m", memory: "40Mi" }, limits: { memory: "160Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
      },
    ],
    volumes: [{ name: "tmp", emptyDir: {} }],
  };
}
