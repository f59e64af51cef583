import { describe, expect, test } from "vitest";
import { buildQuota } from "../../components/namespace-limits.ts";
import { parseCpuMillis, parseMemoryBytes } from "../../components/quantity.ts";
import { only, recordStack } from "./record-stack.ts";
import { validConfig } from "./valid-config.ts";

describe("the quota", () => {
  test("is the sum of all containers of all pods, and ten small pods more", () => {
    const container = { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "2Gi" } };
    const sidecar = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } };
    expect(
      buildQuota([
        { pods: 4, containers: [container], volumes: 0 },
        { pods: 3, containers: [container, sidecar], volumes: 1 },
      ]),
    ).toEqual({
      pods: "17",
      persistentvolumeclaims: "3",
      "requests.cpu": "2900m",
      "requests.memory": "5056Mi",
      "limits.cpu": "12600m",
      "limits.memory": "19840Mi",
    });
  });

  test("has room for a whole rollout at the autoscaler's maximum, while all the old pods still drain", async () => {
    const { resources } = await recordStack(validConfig({ coordinator: { maxReplicas: 20 } }));
    const { hard } = only(resources, "kubernetes:core/v1:ResourceQuota", "region-a-limits-quota").inputs.spec;
    expect(Number(hard.pods)).toBeGreaterThanOrEqual(2 * 20 + 3);
    expect(parseCpuMillis(hard["limits.cpu"])).toBeGreaterThanOrEqual(2 * 20 * 1000 + 3 * 700);
    expect(parseMemoryBytes(hard["limits.memory"])).toBeGreaterThanOrEqual(2 * 20 * 2 ** 31);
  });

  test("counts no Valkey when the store is elsewhere", async () => {
    const external = { urlSecret: { name: "store", key: "url" }, cidrs: ["10.0.0.0/16"] };
    const { resources } = await recordStack(validConfig({ valkey: { external } }));
    const { hard } = only(resources, "kubernetes:core/v1:ResourceQuota", "region-a-limits-quota").inputs.spec;
    expect(hard.persistentvolumeclaims).toBe("0");
  });
});

test("a container that states nothing gets both requests and limits", async () => {
  const { resources } = await recordStack(validConfig());
  const range = only(resources, "kubernetes:core/v1:LimitRange", "region-a-limits-range");
  expect(range.inputs.spec.limits).toEqual([
    {
      type: "Container",
      defaultRequest: { cpu: "100m", memory: "128Mi" },
      default: { cpu: "500m", memory: "512Mi" },
    },
  ]);
});
