/** Port of CoreDNS's readiness and of its health. */
const PORTS = { ready: 8181, health: 8080 } as const;

const NAME = "coredns";
const NAMESPACE = "kube-system";
/** What everybody expects name servers of a cluster to be labelled with, network policies above all. */
const SELECTOR = { "k8s-app": "kube-dns" };

/** Names outside the cluster do not exist: nothing on these machines may reach further, and a quick no beats a time-out. */
const COREFILE = `cluster.local:53 in-addr.arpa:53 {
    errors
    health :${PORTS.health}
    ready :${PORTS.ready}
    kubernetes cluster.local in-addr.arpa {
        pods insecure
        ttl 5
    }
    cache 5
    loadbalance
}
.:53 {
    template IN ANY . {
        rcode NXDOMAIN
    }
}
`;

/** Names of services and pods, by CoreDNS on any worker. */
export function clusterDns(image: string, serviceAddress: string): object[] {
  const metadata = { name: NAME, namespace: NAMESPACE };
  const role = { name: `system:${NAME}` };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: role,
      rules: [
        {
          apiGroups: [""],
          resources: ["endpoints", "services", "pods", "namespaces"],
          verbs: ["list", "watch"],
        },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: role,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.name },
      subjects: [{ kind: "ServiceAccount", ...metadata }],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: COREFILE } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace: NAMESPACE },
      spec: {
        clusterIP: serviceAddress,
        selector: SELECTOR,
        ports: [
          { name: "dns", port: 53, protocol: "UDP" },
          { name: "dns-tcp", port: 53, protocol: "TCP" },
        ],
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: SELECTOR },
        template: { metadata: { labels: SELECTOR }, spec: podSpec(image) },
      },
    },
  ];
}

function podSpec(image: string): object {
  const get = (path: string, port: number) => ({ httpGet: { path, port } });
  return {
    serviceAccountName: NAME,
    priorityClassName: "system-cluster-critical",
    dnsPolicy: "Default",
    // Names are asked on port 53, which is then open to a user who is not root.
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10_001,
      seccompProfile: { type: "RuntimeDefault" },
      sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "53" }],
    },
    containers: [
      {
        name: NAME,
        image,
        args: ["-conf", "/etc/coredns/Corefile"],
        ports: [
          { name: "dns", containerPort: 53, protocol: "UDP" },
          { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
        ],
        readinessProbe: { ...get("/ready", PORTS.ready), periodSeconds: 1 },
        livenessProbe: { ...get("/health", PORTS.health), periodSeconds: 10 },
        resources: { requests: { cpu: "20m", memory: "40Mi" }, limits: { memory: "128Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
      },
    ],
    volumes: [{ name: "config", configMap: { name: NAME } }],
  };
}
