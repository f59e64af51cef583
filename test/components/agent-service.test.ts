import { describe, expect, test } from "vitest";
import { AgentService, type AgentServiceArgs } from "../../components/agent-service.ts";
import { only, record } from "./record-stack.ts";
import { IMAGE } from "./valid-config.ts";

const ARGS: AgentServiceArgs = {
  tier: "coordinator",
  namespace: "ai-agents",
  image: IMAGE,
  environment: { UPSTREAM: "simulated" },
  secretEnvironment: { GATEWAY_KEY_SHA256: "hash" },
  files: { "gateway.yaml": "{}" },
  resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "2Gi" } },
  maxTurnSeconds: 600,
  spread: "hard",
};

async function build(changes: Partial<AgentServiceArgs> = {}) {
  const { resources } = await record(() => {
    new AgentService("agents", { ...ARGS, ...changes });
  });
  const deployment = only(resources, "kubernetes:apps/v1:Deployment", "agents-deployment");
  const { spec } = deployment.inputs;
  return {
    resources,
    deployment,
    spec,
    pod: spec.template.spec,
    container: spec.template.spec.containers[0],
  };
}

describe("the coordinator's Deployment", () => {
  test("is named and labelled as everything else expects", async () => {
    const { deployment, spec } = await build();
    expect(deployment.inputs.metadata).toEqual({
      name: "claude-agent-coordinator",
      namespace: "ai-agents",
      labels: {
        app: "claude-agent",
        tier: "coordinator",
        "app.kubernetes.io/name": "claude-agent",
        "app.kubernetes.io/component": "coordinator",
        "app.kubernetes.io/part-of": "claude-agents",
        "app.kubernetes.io/managed-by": "pulumi",
      },
    });
    expect(spec.selector.matchLabels).toEqual({ app: "claude-agent", tier: "coordinator" });
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  });

  test("leaves the number of replicas to the autoscaler", async () => {
    const { spec } = await build();
    expect(spec).not.toHaveProperty("replicas");
  });

  test("never has fewer pods during a rollout", async () => {
    const { spec } = await build();
    expect(spec.strategy).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
  });

  test("probes start, life and readiness on the API's port", async () => {
    const { container } = await build();
    const probe = (path: string) => ({ httpGet: { path, port: "http" } });
    expect(container.startupProbe).toMatchObject({ ...probe("/startup"), periodSeconds: 2 });
    expect(container.livenessProbe).toMatchObject({ ...probe("/health"), periodSeconds: 10 });
    expect(container.readinessProbe).toMatchObject({ ...probe("/ready"), periodSeconds: 5 });
  });

  test("opens the ports of the contract", async () => {
    const { container } = await build();
    expect(container.ports).toEqual([
      { name: "http", containerPort: 8080 },
      { name: "metrics", containerPort: 9090 },
    ]);
  });

  test("runs without any privilege and cannot change its image", async () => {
    const { pod, container } = await build();
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
    expect(container.securityContext).toEqual({
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod.volumes).toContainEqual({ name: "tmp", emptyDir: { sizeLimit: "256Mi" } });
  });

  test.each([
    ["hard", "DoNotSchedule"],
    ["soft", "ScheduleAnyway"],
  ] as const)(
    "with spread %s, an uneven zone means %s, an uneven node never holds a pod back",
    async (spread, whenUnsatisfiable) => {
      const { pod } = await build({ spread });
      const constraint = {
        maxSkew: 1,
        labelSelector: { matchLabels: { app: "claude-agent", tier: "coordinator" } },
        nodeTaintsPolicy: "Honor",
        matchLabelKeys: ["pod-template-hash"],
      };
      expect(pod.topologySpreadConstraints).toEqual([
        { ...constraint, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable },
        { ...constraint, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
      ]);
    },
  );
});

describe("the drain", () => {
  test.each([
    [600, 620],
    [30, 50],
  ])(
    "of turns of %d s gets %d s: the pause before, the longest turn and the margin",
    async (maxTurnSeconds, grace) => {
      const { pod } = await build({ maxTurnSeconds });
      expect(pod.terminationGracePeriodSeconds).toBe(grace);
    },
  );

  test("tells the process the same figures", async () => {
    const { resources, container } = await build();
    expect(container.lifecycle).toEqual({ preStop: { sleep: { seconds: 5 } } });
    expect(only(resources, "kubernetes:core/v1:ConfigMap", "agents-environment").inputs.data).toMatchObject({
      MAX_TURN_SECONDS: "600",
      PRE_STOP_SECONDS: "5",
    });
  });

  test("does not begin for more than one pod at a time", async () => {
    const { resources, spec } = await build();
    expect(
      only(resources, "kubernetes:policy/v1:PodDisruptionBudget", "agents-disruption").inputs.spec,
    ).toEqual({
      selector: { matchLabels: spec.selector.matchLabels },
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });
});

describe("the coordinator's configuration", () => {
  test("comes from objects without fixed names, so that a change rolls the pods", async () => {
    const { resources, pod, container } = await build();
    for (const [type, name] of [
      ["ConfigMap", "agents-environment"],
      ["ConfigMap", "agents-files"],
      ["Secret", "agents-secret"],
    ] as const) {
      const { metadata, immutable } = only(resources, `kubernetes:core/v1:${type}`, name).inputs;
      expect(metadata).not.toHaveProperty("name");
      expect(immutable).toBeUndefined();
    }
    expect(container.envFrom).toEqual([
      { configMapRef: { name: "agents-environment-a1b2c3d4" } },
      { secretRef: { name: "agents-secret-a1b2c3d4" } },
    ]);
    expect(pod.volumes).toContainEqual({ name: "config", configMap: { name: "agents-files-a1b2c3d4" } });
    expect(container.volumeMounts).toContainEqual({
      name: "config",
      mountPath: "/app/config",
      readOnly: true,
    });
  });

  test("has no literal environment, only references to Secrets made elsewhere", async () => {
    const { container } = await build({
      secretReferences: { REDIS_URL: { name: "store", key: "url" } },
    });
    expect(container.env).toEqual([
      { name: "REDIS_URL", valueFrom: { secretKeyRef: { name: "store", key: "url" } } },
    ]);
  });

  test("is where the environment says", async () => {
    const { resources, container } = await build();
    const { data } = only(resources, "kubernetes:core/v1:ConfigMap", "agents-environment").inputs;
    expect(container.volumeMounts).toEqual([
      { name: "config", mountPath: data.CONFIG_DIR, readOnly: true },
      { name: "tmp", mountPath: data.DATA_DIR },
    ]);
  });

  test("keeps what is secret as a secret", async () => {
    const { resources } = await build();
    const secret = only(resources, "kubernetes:core/v1:Secret", "agents-secret");
    expect(secret.secretInputs).toEqual(["stringData"]);
    expect(secret.inputs.stringData).toEqual({ GATEWAY_KEY_SHA256: "hash" });
  });
});

test("the authority of a store that is reached by TLS is a file that Node reads by itself", async () => {
  const { resources, pod, container } = await build({
    storeAuthoritySecret: { name: "store", key: "ca.crt" },
  });
  const { data } = only(resources, "kubernetes:core/v1:ConfigMap", "agents-environment").inputs;
  expect(data.NODE_EXTRA_CA_CERTS).toBe("/app/secrets/store/ca.crt");
  expect(container.volumeMounts.at(-1)).toEqual({
    name: "store-authority",
    mountPath: "/app/secrets/store",
    readOnly: true,
  });
  expect(pod.volumes.at(-1).secret).toMatchObject({
    secretName: "store",
    items: [{ key: "ca.crt", path: "ca.crt" }],
  });
});

describe("the upstream's keys in a Secret made elsewhere", () => {
  const upstreamKeySecret = { name: "anthropic", key: "key-of-theirs" };

  test("are a file in a mounted folder, which follows the Secret without a restart", async () => {
    const { resources, pod, container } = await build({ upstreamKeySecret });
    const { data } = only(resources, "kubernetes:core/v1:ConfigMap", "agents-environment").inputs;
    expect(data.ANTHROPIC_API_KEY_FILE).toBe("/app/secrets/upstream/api-key");
    expect(pod.volumes.at(-1)).toEqual({
      name: "upstream-key",
      secret: {
        secretName: "anthropic",
        items: [{ key: "key-of-theirs", path: "api-key" }],
        defaultMode: 0o440,
      },
    });
    expect(container.volumeMounts.at(-1)).toEqual({
      name: "upstream-key",
      mountPath: "/app/secrets/upstream",
      readOnly: true,
    });
    expect(container.env).toEqual([]);
  });

  test("can be read by the unprivileged user through its group", async () => {
    const { pod } = await build({ upstreamKeySecret });
    const { fsGroup, runAsGroup, runAsNonRoot } = pod.securityContext;
    expect(runAsNonRoot).toBe(true);
    expect(fsGroup).toBe(runAsGroup);
  });

  test("are not looked for where there is none", async () => {
    const { resources, pod } = await build();
    const { data } = only(resources, "kubernetes:core/v1:ConfigMap", "agents-environment").inputs;
    expect(data).not.toHaveProperty("ANTHROPIC_API_KEY_FILE");
    expect(pod.volumes.map(({ name }: { name: string }) => name)).toEqual(["config", "tmp"]);
  });
});

test("the Service leads to the pods by the names of their ports", async () => {
  const { resources, spec } = await build();
  expect(only(resources, "kubernetes:core/v1:Service", "agents-service").inputs.spec).toEqual({
    type: "ClusterIP",
    selector: spec.selector.matchLabels,
    ports: [
      { name: "http", port: 80, targetPort: "http", appProtocol: "http" },
      { name: "metrics", port: 9090, targetPort: "metrics" },
    ],
  });
});
