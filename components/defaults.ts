/** Every pinned version and figure that the stack uses when its configuration says nothing, in one place. */
export const DEFAULTS = {
  images: {
    valkey:
      "ghcr.io/valkey-io/valkey:9.0.1-alpine@sha256:c106a0c03bcb23cbdf9febe693114cb7800646b11ca8b303aee7409de005faa8",
  },
  coordinator: {
    minReplicas: 3,
    maxReplicas: 20,
    requests: { cpu: "250m", memory: "512Mi" },
    limits: { cpu: "1", memory: "2Gi" },
    targetCpuPercent: 70,
    targetMemoryPercent: 80,
    scaleUpStabilizationSeconds: 0,
    scaleDownStabilizationSeconds: 300,
  },
  /** A class of agents; what is not here is as for the coordinator. */
  agent: { minReplicas: 1, maxReplicas: 10 },
  valkey: {
    replicas: 3,
    minReplicasToWrite: 1,
    storage: "10Gi",
    requests: { cpu: "250m", memory: "1Gi" },
    limits: { cpu: "500m", memory: "2Gi" },
    sentinel: {
      requests: { cpu: "50m", memory: "64Mi" },
      limits: { cpu: "200m", memory: "128Mi" },
    },
  },
  /** What a container gets that states nothing itself. */
  container: {
    requests: { cpu: "100m", memory: "128Mi" },
    limits: { cpu: "500m", memory: "512Mi" },
  },
  networkPolicy: {
    ingressNamespaces: ["traefik"],
    ingressCidrs: [],
    monitoringNamespaces: ["monitoring"],
    /** Where NodeLocal DNSCache listens on each node. */
    dnsCidrs: ["169.254.20.10/32"],
    upstreamCidrs: ["0.0.0.0/0"],
    identityCidrs: [],
    telemetryCidrs: [],
  },
} as const;

/** The unprivileged user that every container runs as. Images must not rely on another one. */
export const RUN_AS_USER = 10001;
