import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import { describe, expect, it } from "vitest";
import type { RequestSignal, ScalingSignal } from "../../components/agent-autoscaler/signals.ts";
import { AgentAutoscaler, type AgentAutoscalerArgs } from "../../components/agent-autoscaler.ts";
import { only, record } from "./record-stack.ts";

const REQUESTS: RequestSignal = {
  type: "requests",
  prometheusUrl: "http://prometheus.monitoring.svc:9090",
  series: { namespace: "ai-agents", service: "claude-agent-coordinator", region: "region-a" },
  requestsPerSecondPerPod: 10,
};

const QUEUE: ScalingSignal = {
  type: "queue",
  sentinels: "claude-agent-valkey.ai-agents.svc:26379",
  masterName: "main",
  listName: "jobs",
  entriesPerPod: 5,
  authentication: "claude-agent-worker",
};

const TIMING = { pollingIntervalSeconds: 15, initialCooldownSeconds: 300, failuresBeforeHold: 3 };

async function scale(signal: ScalingSignal, more: Partial<AgentAutoscalerArgs> = {}) {
  const { resources } = await record(() => {
    new AgentAutoscaler("scaler", {
      namespace: "ai-agents",
      deploymentName: "claude-agent-coordinator",
      minReplicas: 3,
      maxReplicas: 20,
      targetCpuPercent: 70,
      targetMemoryPercent: 80,
      scaleUpStabilizationSeconds: 15,
      scaleDownStabilizationSeconds: 300,
      keda: { timing: TIMING, signal },
      ...more,
    });
  });
  return { resources, object: only(resources, SCALED_OBJECT, "scaler-scaled-object").inputs };
}

const SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject";
const SELECTOR = '{namespace="ai-agents",job="claude-agent-coordinator",region="region-a"}';

const prometheus = (name: string, query: string) => ({
  name,
  type: "prometheus",
  metricType: "AverageValue",
  metadata: {
    serverAddress: "http://prometheus.monitoring.svc:9090",
    query,
    threshold: "10",
    ignoreNullValues: "false",
  },
});

describe("an autoscaler by KEDA", () => {
  it("makes a ScaledObject and no second writer of replicas", async () => {
    const { resources } = await scale(REQUESTS);

    expect(resources.map(({ type }) => type)).toEqual([
      "claude-agents:scaling:AgentAutoscaler",
      SCALED_OBJECT,
    ]);
  });

  it("is what the published schema takes", async () => {
    for (const signal of [REQUESTS, { ...REQUESTS, minUpstreamHeadroom: 0.05 }, QUEUE]) {
      const { apiVersion, kind, metadata, spec } = (await scale(signal)).object;
      expect([apiVersion, kind]).toEqual([ScaledObject.apiVersion, ScaledObject.kind]);
      expect(() => new ScaledObject({ metadata, spec }).validate()).not.toThrow();
    }
  });

  it("keeps the bounds, the pace and the name of the HorizontalPodAutoscaler", async () => {
    const { object } = await scale(REQUESTS);

    expect(object.metadata).toMatchObject({ name: "claude-agent-coordinator", namespace: "ai-agents" });
    const { triggers, fallback, ...spec } = object.spec;
    expect(spec).toEqual({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "claude-agent-coordinator" },
      pollingInterval: 15,
      initialCooldownPeriod: 300,
      minReplicaCount: 3,
      maxReplicaCount: 20,
      advanced: {
        horizontalPodAutoscalerConfig: {
          name: "claude-agent-coordinator",
          behavior: {
            scaleUp: {
              stabilizationWindowSeconds: 15,
              selectPolicy: "Max",
              policies: [
                { type: "Percent", value: 100, periodSeconds: 15 },
                { type: "Pods", value: 4, periodSeconds: 15 },
              ],
            },
            scaleDown: {
              stabilizationWindowSeconds: 300,
              policies: [{ type: "Percent", value: 10, periodSeconds: 60 }],
            },
          },
        },
      },
    });
  });

  it("looks at CPU, memory and ten requests a second per pod", async () => {
    const { object } = await scale(REQUESTS);

    expect(object.spec.triggers).toEqual([
      { type: "cpu", metricType: "Utilization", metadata: { value: "70" } },
      { type: "memory", metricType: "Utilization", metadata: { value: "80" } },
      prometheus(
        "requests",
        `sum(rate(claude_agent_requests_total${SELECTOR}[1m])) or sum(up${SELECTOR} == 1) * 0`,
      ),
    ]);
  });

  it("fault 65: holds the pods that there are while the source of metrics is down", async () => {
    const { object } = await scale(REQUESTS);

    expect(object.spec.fallback).toEqual({
      failureThreshold: 3,
      replicas: 3,
      behavior: "currentReplicasIfHigher",
    });
    expect(object.spec.triggers[2].metadata.ignoreNullValues).toBe("false");
  });

  it("asks for no more pods where the upstream's own limit is the bottleneck", async () => {
    const { object } = await scale({ ...REQUESTS, minUpstreamHeadroom: 0.05 });

    expect(object.spec.advanced.scalingModifiers).toEqual({
      formula: "headroom < 0.05 ? min(requests, pods * 10) : requests",
      target: "10",
      metricType: "AverageValue",
    });
    expect(object.spec.triggers.slice(3)).toEqual([
      prometheus("headroom", `min(claude_agent_upstream_headroom_ratio${SELECTOR}) or vector(1)`),
      prometheus("pods", `count(up${SELECTOR} == 1)`),
    ]);
  });

  it("makes ready for the demand that is forecast", async () => {
    const forecast = { ...REQUESTS, forecastQuery: "sum(expected)" };
    const { object } = await scale(forecast);
    expect(object.spec.advanced.scalingModifiers.formula).toBe("max(requests, forecast)");
    expect(object.spec.triggers[3]).toEqual(prometheus("forecast", "sum(expected)"));

    const both = (await scale({ ...forecast, minUpstreamHeadroom: 0.1 })).object;
    expect(both.spec.advanced.scalingModifiers.formula).toBe(
      "headroom < 0.1 ? min(max(requests, forecast), pods * 10) : max(requests, forecast)",
    );
  });

  it("follows the length of a queue that Sentinels watch", async () => {
    const { object } = await scale(QUEUE, { tier: "worker" });

    expect(object.metadata.name).toBe("claude-agent-worker");
    expect(object.spec.triggers[2]).toEqual({
      name: "queue",
      type: "redis-sentinel",
      metricType: "AverageValue",
      metadata: {
        addresses: "claude-agent-valkey.ai-agents.svc:26379",
        sentinelMaster: "main",
        listName: "jobs",
        listLength: "5",
      },
      authenticationRef: { name: "claude-agent-worker" },
    });
  });

  it("scales a Rollout as well", async () => {
    const { object } = await scale(REQUESTS, { targetKind: "Rollout" });

    expect(object.spec.scaleTargetRef).toEqual({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      name: "claude-agent-coordinator",
    });
  });
});
