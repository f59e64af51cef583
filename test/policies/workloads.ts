import type { KubernetesObject } from "./judge.ts";

export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

const PROBE = { httpGet: { path: "/health", port: "http" }, periodSeconds: 10, timeoutSeconds: 3 };

/** A container that keeps every policy. */
export const CONTAINER = {
  name: "main",
  image: `registry.example.com:5000/team/agent@${DIGEST}`,
  imagePullPolicy: "IfNotPresent",
  env: [{ name: "REGION", value: "region-a" }],
  ports: [{ name: "http", containerPort: 8080 }],
  resources: {
    requests: { cpu: "250m", memory: "256Mi", "ephemeral-storage": "128Mi" },
    limits: { cpu: "1", memory: "512Mi", "ephemeral-storage": "1Gi" },
  },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
  lifecycle: { preStop: { sleep: { seconds: 5 } } },
  startupProbe: { ...PROBE, periodSeconds: 2, failureThreshold: 30 },
  livenessProbe: { ...PROBE, failureThreshold: 3 },
  readinessProbe: { ...PROBE, httpGet: { path: "/ready", port: "http" }, failureThreshold: 2 },
};

/** A pod spec that keeps every policy. */
export const POD_SPEC = {
  serviceAccountName: "subject",
  automountServiceAccountToken: false,
  priorityClassName: "claude-agent-serving",
  terminationGracePeriodSeconds: 60,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: { matchLabels: { app: "subject" } },
  })),
  containers: [CONTAINER],
  volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }],
};

interface WorkloadKind {
  readonly kind: string;
  readonly build: (podSpec: object, annotations?: object) => KubernetesObject;
}

/** Every kind of object with a pod template, as a function that puts a pod spec into it. */
export const WORKLOAD_KINDS: readonly WorkloadKind[] = [
  ...templated("apps/v1", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]),
  ...templated("v1", ["ReplicationController"]),
  ...templated("batch/v1", ["Job"]),
  ...templated("argoproj.io/v1alpha1", ["Rollout"]),
  {
    kind: "CronJob",
    build: (podSpec, annotations = {}) => ({
      ...head("batch/v1", "CronJob"),
      spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template: templateOf(podSpec, annotations) } } },
    }),
  },
  {
    kind: "ScaledJob",
    build: (podSpec, annotations = {}) => ({
      ...head("keda.sh/v1alpha1", "ScaledJob"),
      spec: { maxReplicaCount: 10, jobTargetRef: { template: templateOf(podSpec, annotations) } },
    }),
  },
  {
    kind: "Pod",
    build: (podSpec, annotations = {}) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "subject", namespace: "ai-agents", annotations },
      spec: podSpec,
    }),
  },
  {
    kind: "PodTemplate",
    build: (podSpec, annotations = {}) => ({
      ...head("v1", "PodTemplate"),
      template: templateOf(podSpec, annotations),
    }),
  },
  {
    kind: "List",
    build: (podSpec, annotations = {}) => ({
      apiVersion: "v1",
      kind: "List",
      items: [deployment(podSpec, annotations)],
    }),
  },
  {
    kind: "DeploymentList",
    build: (podSpec, annotations = {}) => {
      const { apiVersion: _, kind: __, ...item } = deployment(podSpec, annotations);
      return { apiVersion: "apps/v1", kind: "DeploymentList", items: [item] };
    },
  },
];

/** A Deployment with this pod spec and two replicas. */
export function deployment(podSpec: object = POD_SPEC, annotations: object = {}): KubernetesObject {
  return {
    ...head("apps/v1", "Deployment"),
    spec: { replicas: 2, revisionHistoryLimit: 5, template: templateOf(podSpec, annotations) },
  };
}

/** The valid pod spec with one container changed, in the list named. */
export function podSpecWith(list: string, changes: object): object {
  const changed = { ...CONTAINER, name: "changed", ...changes };
  return list === "containers"
    ? { ...POD_SPEC, containers: [CONTAINER, changed] }
    : { ...POD_SPEC, [list]: [changed] };
}

/** The workload kinds crossed with the container lists, for tables of examples. */
export const EVERY_PLACE = WORKLOAD_KINDS.flatMap(({ kind, build }) =>
  ["containers", "initContainers", "ephemeralContainers"].map((list) => ({ kind, list, build })),
);

function templated(apiVersion: string, kinds: readonly string[]): WorkloadKind[] {
  return kinds.map((kind) => ({
    kind,
    build: (podSpec, annotations = {}) => ({
      ...head(apiVersion, kind),
      spec: { replicas: 2, revisionHistoryLimit: 5, template: templateOf(podSpec, annotations) },
    }),
  }));
}

function head(apiVersion: string, kind: string): KubernetesObject {
  return { apiVersion, kind, metadata: { name: "subject", namespace: "ai-agents" } };
}

function templateOf(podSpec: object, annotations: object): object {
  return { metadata: { labels: { app: "subject" }, annotations }, spec: podSpec };
}
