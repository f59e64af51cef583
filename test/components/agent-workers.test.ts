import { TriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication";
import { describe, expect, it } from "vitest";
import { AgentWorkers } from "../../components/agent-workers.ts";
import { only, record } from "./record-stack.ts";

const IMAGE = `registry.example.com/agent-runtime@sha256:${"0".repeat(64)}`;

async function workers(username?: string) {
  const { resources } = await record(() => {
    new AgentWorkers("workers", {
      namespace: "ai-agents",
      image: IMAGE,
      environment: { REGION: "region-a", ROLE: "coordinator" },
      secretEnvironment: { REDIS_PASSWORD: "not-for-everybody" },
      files: { "gateway.yaml": "{}" },
      resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } },
      maxTurnSeconds: 600,
      spread: "hard",
      scaling: {
        minReplicas: 2,
        maxReplicas: 20,
        targetCpuPercent: 70,
        targetMemoryPercent: 80,
        scaleUpStabilizationSeconds: 0,
        scaleDownStabilizationSeconds: 300,
        timing: { pollingIntervalSeconds: 15, initialCooldownSeconds: 0, failuresBeforeHold: 3 },
        queue: {
          sentinels: "claude-agent-valkey.ai-agents.svc:26379",
          masterName: "main",
          listName: "jobs",
          entriesPerPod: 5,
        },
        password: { name: "queue-password", key: "password" },
        ...(username === undefined ? {} : { username }),
      },
    });
  });
  return resources;
}

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const AUTHENTICATION = "kubernetes:keda.sh/v1alpha1:TriggerAuthentication";
const SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject";

describe("workers", () => {
  it("are pods with a budget for disruption and an autoscaler, and nothing that leads to them", async () => {
    expect((await workers()).map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort()).toEqual([
      "AgentAutoscaler workers-autoscaler",
      "AgentWorkers workers",
      "ConfigMap workers-environment",
      "ConfigMap workers-files",
      "Deployment workers-deployment",
      "PodDisruptionBudget workers-disruption",
      "ScaledObject workers-autoscaler-scaled-object",
      "Secret workers-secret",
      "ServiceAccount workers-account",
      "TriggerAuthentication workers-authentication",
    ]);
  });

  it("run the runtime in their role", async () => {
    const resources = await workers();
    const { data } = only(resources, "kubernetes:core/v1:ConfigMap", "workers-environment").inputs;
    expect(data).toMatchObject({ REGION: "region-a", ROLE: "worker", MAX_TURN_SECONDS: "600" });
    const { spec } = only(resources, DEPLOYMENT, "workers-deployment").inputs;
    expect(spec.template.spec.containers).toMatchObject([{ name: "worker", image: IMAGE }]);
    expect(spec.selector.matchLabels).toEqual({ app: "claude-agent", tier: "worker" });
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  });

  it("leave their number to the length of the queue", async () => {
    const resources = await workers();
    expect(only(resources, DEPLOYMENT, "workers-deployment").inputs.spec).not.toHaveProperty("replicas");
    const { spec } = only(resources, SCALED_OBJECT, "workers-autoscaler-scaled-object").inputs;
    expect(spec.scaleTargetRef).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      name: "claude-agent-worker",
    });
    expect(spec.triggers[2]).toMatchObject({
      type: "redis-sentinel",
      metadata: { listName: "jobs", listLength: "5" },
      authenticationRef: { name: "claude-agent-worker" },
    });
    expect(spec.triggers[2].metadata).not.toHaveProperty("username");
  });

  it("let KEDA read the password from a Secret, never from the object", async () => {
    const resources = await workers("queue-reader");
    const { metadata, spec } = only(resources, AUTHENTICATION, "workers-authentication").inputs;
    expect(spec.secretTargetRef).toEqual([
      { parameter: "password", name: "queue-password", key: "password" },
      { parameter: "sentinelPassword", name: "queue-password", key: "password" },
    ]);
    expect(() => new TriggerAuthentication({ metadata, spec }).validate()).not.toThrow();
    const scaled = only(resources, SCALED_OBJECT, "workers-autoscaler-scaled-object").inputs;
    expect(scaled.spec.triggers[2].metadata).toMatchObject({
      username: "queue-reader",
      sentinelUsername: "queue-reader",
    });
    expect(JSON.stringify(scaled)).not.toContain("not-for-everybody");
  });
});
