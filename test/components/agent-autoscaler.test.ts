import { expect, test } from "vitest";
import { AgentAutoscaler } from "../../components/agent-autoscaler.ts";
import { only, record, recordStack } from "./record-stack.ts";
import { validConfig } from "./valid-config.ts";

test("the autoscaler goes up fast and down slowly within its bounds", async () => {
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
    });
  });
  const resource = (name: string, averageUtilization: number) => ({
    type: "Resource",
    resource: { name, target: { type: "Utilization", averageUtilization } },
  });
  expect(
    only(resources, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "scaler-hpa").inputs.spec,
  ).toEqual({
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "claude-agent-coordinator" },
    minReplicas: 3,
    maxReplicas: 20,
    metrics: [resource("cpu", 70), resource("memory", 80)],
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
  });
});

test("the smallest number of pods leaves one to be evicted", async () => {
  const { resources } = await recordStack(validConfig({ coordinator: { minReplicas: 2 } }));
  const hpa = only(resources, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "region-a-autoscaler-hpa");
  const budget = only(
    resources,
    "kubernetes:policy/v1:PodDisruptionBudget",
    "region-a-coordinator-disruption",
  );
  expect(budget.inputs.spec.maxUnavailable).toBeLessThan(hpa.inputs.spec.minReplicas);
});
