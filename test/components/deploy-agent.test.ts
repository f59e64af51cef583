import { describe, expect, test } from "vitest";
import { deployAgent } from "../../components/deploy-agent.ts";
import { only, record, recordStack, settled } from "./record-stack.ts";
import { IMAGE, validConfig } from "./valid-config.ts";

const OTHER_IMAGE = `registry.example.com/agent-runtime@sha256:${"cd".repeat(32)}`;
const NAME = "claude-agent-support";

async function deploy(agent: Record<string, unknown> = {}) {
  const stack = await recordStack(validConfig({ agents: [{ name: "support", ...agent }] }));
  const find = (type: string, role: string) =>
    only(stack.resources, `kubernetes:${type}`, `region-a-agent-support-${role}`).inputs;
  return { ...stack, find };
}

describe("a class of agents", () => {
  test("has in each region what the coordinator has, under its own name", async () => {
    const { resources } = await deploy();
    const own = (region: string) =>
      resources.filter(({ name }) => name.startsWith(`${region}-agent-support`)).map(({ type }) => type);
    expect(own("region-a").sort()).toEqual([
      "claude-agents:scaling:AgentAutoscaler",
      "claude-agents:service:AgentClass",
      "claude-agents:service:AgentService",
      "kubernetes:apps/v1:Deployment",
      "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
      "kubernetes:core/v1:ConfigMap",
      "kubernetes:core/v1:ConfigMap",
      "kubernetes:core/v1:Secret",
      "kubernetes:core/v1:Service",
      "kubernetes:core/v1:ServiceAccount",
      "kubernetes:policy/v1:PodDisruptionBudget",
    ]);
    expect(own("region-b")).toEqual(own("region-a"));
  });

  test("is told its agent type, and its pods are told from the coordinator's", async () => {
    const { find } = await deploy();
    expect(find("core/v1:ConfigMap", "service-environment").data).toMatchObject({
      AGENT_TYPE: "support",
      ROLE: "coordinator",
    });
    const { metadata, spec } = find("apps/v1:Deployment", "service-deployment");
    const labels = { app: "claude-agent", tier: "agent", agent: "support" };
    expect(metadata.name).toBe(NAME);
    expect(spec.selector.matchLabels).toEqual(labels);
    expect(spec.template.metadata.labels).toMatchObject(labels);
    expect(spec.template.spec.containers[0]).toMatchObject({ name: "agent", image: IMAGE });
    expect(find("core/v1:Service", "service-service").spec.selector).toEqual(labels);
  });

  test("is scaled from 1 to 10 pods by CPU and memory when nothing else is stated", async () => {
    const { find } = await deploy();
    const { spec } = find("autoscaling/v2:HorizontalPodAutoscaler", "autoscaler-hpa");
    expect(spec).toMatchObject({
      minReplicas: 1,
      maxReplicas: 10,
      scaleTargetRef: { kind: "Deployment", name: NAME },
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
    });
    const targets = spec.metrics.map(
      ({ resource }: { resource: { name: string; target: { averageUtilization: number } } }) => [
        resource.name,
        resource.target.averageUtilization,
      ],
    );
    expect(targets).toEqual([
      ["cpu", 70],
      ["memory", 80],
    ]);
  });

  test("may run an image of its own, which its id names", async () => {
    const { find, result } = await deploy({ image: OTHER_IMAGE });
    const { spec } = find("apps/v1:Deployment", "service-deployment");
    expect(spec.template.spec.containers[0].image).toBe(OTHER_IMAGE);
    const [agent] = result.agents;
    if (agent === undefined) throw new Error("no agent");
    await expect(settled(agent.id)).resolves.toBe("test/support@cdcdcdcdcdcd");
  });

  test("tells where it is to be found in each region", async () => {
    const { result } = await deploy();
    const endpoints = result.agents[0]?.endpoints ?? [];
    expect(endpoints.map(({ region }) => region)).toEqual(["region-a", "region-b"]);
    const [first] = endpoints;
    if (first === undefined) throw new Error("no endpoint");
    await expect(settled(first.internalUrl)).resolves.toBe(`http://${NAME}.ai-agents.svc.cluster.local`);
  });
});

test("a request that cannot be met names every fault of it in one error, and nothing is made", async () => {
  const { resources, result } = await record(() => {
    const request = { name: "Support!", minReplicas: 3, maxReplicas: 2 };
    try {
      deployAgent(request, []);
    } catch (error) {
      return String(error);
    }
    return "";
  });
  expect(result).toContain("agents[0].name");
  expect(result).toContain("agents[0].minReplicas");
  expect(resources).toEqual([]);
});

test("fault 7: two classes of agents of one name are refused", async () => {
  const agents = [{ name: "support" }, { name: "support" }];
  await expect(recordStack(validConfig({ agents }))).rejects.toThrow('2 agents named "support"');
});

test.each(["coordinator", "valkey", "direct"])("the name %s is taken", async (name) => {
  await expect(recordStack(validConfig({ agents: [{ name }] }))).rejects.toThrow("agents[0].name");
});

test("with Argo Rollouts and KEDA a class has a Rollout, its gates and a ScaledObject instead", async () => {
  const { resources } = await recordStack(
    validConfig({
      agents: [{ name: "support" }],
      coordinator: { delivery: "rollout" },
      autoscaling: { kind: "keda", prometheusUrl: "http://prometheus.monitoring.svc:9090" },
    }),
  );
  const kinds = resources
    .filter(({ name, type }) => name.startsWith("region-a-agent-support") && type.startsWith("kubernetes:"))
    .map(({ type }) => type.split(":").at(-1));
  expect(kinds).toEqual(expect.arrayContaining(["Rollout", "AnalysisTemplate", "ScaledObject"]));
  expect(kinds).not.toContain("Deployment");
  expect(kinds).not.toContain("HorizontalPodAutoscaler");
  const { spec } = only(
    resources,
    "kubernetes:argoproj.io/v1alpha1:Rollout",
    "region-a-coordinator-rollout",
  ).inputs;
  expect(spec).not.toHaveProperty("replicas");
  expect(spec.template.spec.topologySpreadConstraints[0].matchLabelKeys).toEqual([
    "rollouts-pod-template-hash",
  ]);
  const scaled = only(
    resources,
    "kubernetes:keda.sh/v1alpha1:ScaledObject",
    "region-a-agent-support-autoscaler-scaled-object",
  ).inputs;
  expect(scaled.spec.scaleTargetRef).toEqual({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    name: NAME,
  });
  expect(scaled.metadata.labels).toMatchObject({ agent: "support" });
});

test("a Rollout that nobody could judge is refused", async () => {
  await expect(recordStack(validConfig({ coordinator: { delivery: "rollout" } }))).rejects.toThrow(
    "coordinator.delivery",
  );
});

test("fault 8: whoever states the number of pods is told who writes it", async () => {
  await expect(recordStack(validConfig({ coordinator: { replicas: 3 } }))).rejects.toThrow(
    "the autoscaler alone writes the number of pods",
  );
});
