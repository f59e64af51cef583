import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { only, PROJECT, passwordOf, type Recorded, recordStack, settled } from "./components/record-stack.ts";
import { IMAGE, REGION_A, validConfig } from "./components/valid-config.ts";

/** The children of one region, by type and name without the region's. */
const REGION_CHILDREN = [
  "claude-agents:network:AgentNetworkPolicy network",
  "claude-agents:network:Exposure exposure",
  "claude-agents:region:NamespaceLimits limits",
  "claude-agents:region:PriorityClasses priorities",
  "claude-agents:scaling:AgentAutoscaler autoscaler",
  "claude-agents:service:AgentService coordinator",
  "claude-agents:store:Postgres postgres",
  "claude-agents:store:Secrets secrets",
  "claude-agents:store:Valkey valkey",
  "kubernetes:apps/v1:Deployment coordinator-deployment",
  "kubernetes:apps/v1:StatefulSet valkey-set",
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler autoscaler-hpa",
  "kubernetes:core/v1:ConfigMap coordinator-environment",
  "kubernetes:core/v1:ConfigMap coordinator-files",
  "kubernetes:core/v1:ConfigMap valkey-scripts",
  "kubernetes:core/v1:LimitRange limits-range",
  "kubernetes:core/v1:Namespace namespace",
  "kubernetes:core/v1:ResourceQuota limits-quota",
  "kubernetes:core/v1:Secret coordinator-secret",
  "kubernetes:core/v1:Secret valkey-secret",
  "kubernetes:core/v1:Service coordinator-service",
  "kubernetes:core/v1:Service valkey-service",
  "kubernetes:core/v1:ServiceAccount coordinator-account",
  "kubernetes:core/v1:ServiceAccount valkey-account",
  "kubernetes:gateway.networking.k8s.io/v1:Gateway exposure-gateway",
  "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute exposure-route-coordinator",
  "kubernetes:networking.k8s.io/v1:NetworkPolicy network-allow-dns",
  "kubernetes:networking.k8s.io/v1:NetworkPolicy network-coordinator",
  "kubernetes:networking.k8s.io/v1:NetworkPolicy network-default-deny",
  "kubernetes:networking.k8s.io/v1:NetworkPolicy network-valkey",
  "kubernetes:policy/v1:PodDisruptionBudget coordinator-disruption",
  "kubernetes:policy/v1:PodDisruptionBudget valkey-disruption",
  "kubernetes:scheduling.k8s.io/v1:PriorityClass priorities-serving",
  "kubernetes:scheduling.k8s.io/v1:PriorityClass priorities-store",
  "kubernetes:traefik.io/v1alpha1:Middleware exposure-rate-limit",
  "pulumi:providers:kubernetes cluster",
  "random:index/randomPassword:RandomPassword valkey-exporter-password",
  "random:index/randomPassword:RandomPassword valkey-internal-password",
  "random:index/randomPassword:RandomPassword valkey-password",
];

function childrenOf(region: string, resources: readonly Recorded[]): string[] {
  return resources
    .filter(({ name }) => name.startsWith(`${region}-`))
    .map(({ type, name }) => `${type} ${name.slice(region.length + 1)}`)
    .sort();
}

describe("a stack with two regions", () => {
  let stack: Awaited<ReturnType<typeof recordStack>>;

  beforeAll(async () => {
    stack = await recordStack(validConfig());
  });

  test("has the same children in both, one gateway key and one secret to hash keys under", () => {
    const { resources } = stack;
    expect(childrenOf("region-a", resources)).toEqual(REGION_CHILDREN);
    expect(childrenOf("region-b", resources)).toEqual(REGION_CHILDREN);
    const shared = resources.map(({ name }) => name).filter((name) => !name.startsWith("region-"));
    expect(shared).toEqual([
      "gateway-key",
      "key-hash-secret",
      "gateway-key-password",
      "key-hash-secret-password",
    ]);
    expect(resources).toHaveLength(2 * (REGION_CHILDREN.length + 1) + shared.length);
  });

  test("sends every object of a region to that region's cluster", () => {
    const { resources } = stack;
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    for (const { name, provider } of objects) {
      const region = name.startsWith("region-a-") ? "region-a" : "region-b";
      expect(provider).toContain(`::${region}-cluster::`);
    }
    expect(only(resources, "pulumi:providers:kubernetes", "region-b-cluster").inputs).toEqual({
      context: "region-b",
    });
  });

  test("puts every object into the namespace", () => {
    const { resources } = stack;
    const objects = resources.filter(({ type }) => /^kubernetes:(?!core\/v1:Namespace)/.test(type));
    const namespaced = objects.filter(({ type }) => !type.endsWith(":PriorityClass"));
    expect(new Set(namespaced.map(({ inputs }) => inputs.metadata.namespace))).toEqual(
      new Set(["ai-agents"]),
    );
  });

  test("exports what the summary and the front door need", async () => {
    const { result } = stack;
    expect(result.image).toBe(IMAGE);
    expect(result.regions.map(({ name, role, context }) => ({ name, role, context }))).toEqual([
      { name: "region-a", role: "primary", context: "region-a" },
      { name: "region-b", role: "standby", context: "region-b" },
    ]);
    const [region] = result.regions;
    if (region === undefined) throw new Error("no region");
    await expect(settled(region.namespace)).resolves.toBe("ai-agents");
    await expect(settled(region.deployment)).resolves.toBe("claude-agent-coordinator");
    await expect(settled(region.service)).resolves.toBe("claude-agent-coordinator");
  });

  test("exports the gateway key as a secret", async () => {
    const { result } = stack;
    expect(await Reflect.get(result.gatewayApiKey, "isSecret")).toBe(true);
    await expect(settled(result.gatewayApiKey)).resolves.toBe(passwordOf("gateway-key-password"));
  });
});

test("fault 9: an API key in the configuration reaches Secrets only, and as a secret", async () => {
  const canary = "sk-ant-canary-0000";
  const { resources } = await recordStack(
    validConfig({ anthropicApiKey: canary, upstream: { mode: "anthropic" } }),
    { secretKeys: ["anthropicApiKey"] },
  );
  const holders = resources.filter(({ inputs }) => JSON.stringify(inputs).includes(canary));
  expect(holders.map(({ name, secretInputs }) => [name, secretInputs])).toEqual([
    ["region-a-coordinator-secret", ["stringData"]],
    ["region-b-coordinator-secret", ["stringData"]],
  ]);
});

test("generated passwords reach Secrets only, and as secrets", async () => {
  const { resources } = await recordStack(validConfig());
  const holders = resources.filter(({ inputs }) => /password-value/.test(JSON.stringify(inputs)));
  expect(holders.map(({ name }) => name).sort()).toEqual([
    "region-a-coordinator-secret",
    "region-a-valkey-secret",
    "region-b-coordinator-secret",
    "region-b-valkey-secret",
  ]);
  for (const { secretInputs } of holders) expect(secretInputs).toEqual(["stringData"]);
});

test("no object mounts a token of the API server", async () => {
  const { resources } = await recordStack(validConfig());
  const accounts = resources.filter(({ type }) => type === "kubernetes:core/v1:ServiceAccount");
  const templates = resources.flatMap(({ inputs }) => inputs.spec?.template?.spec ?? []);
  expect(
    [...accounts.map(({ inputs }) => inputs), ...templates].map((it) => it.automountServiceAccountToken),
  ).toEqual(Array.from({ length: 8 }, () => false));
});

test("the kubeconfig of a region goes to its provider as a path", async () => {
  const regions = [{ ...REGION_A, kubeconfig: "/home/me/kubeconfig" }];
  const { resources } = await recordStack(validConfig({ regions }));
  expect(only(resources, "pulumi:providers:kubernetes", "region-a-cluster").inputs).toEqual({
    context: "region-a",
    kubeconfig: "/home/me/kubeconfig",
  });
});

test.each([1, 10])("fault 12: a stack of %d regions is complete in each", async (count) => {
  const regions = Array.from({ length: count }, (_, index) => ({
    name: `r${index}`,
    context: `context-${index}`,
  }));
  const { resources } = await recordStack(validConfig({ regions }));
  for (const { name } of regions) expect(childrenOf(name, resources)).toEqual(REGION_CHILDREN);
});

describe("the stack file", () => {
  const readStackFile = (stack: string): Record<string, unknown> => {
    const { config } = parse(readFileSync(new URL(`../Pulumi.${stack}.yaml`, import.meta.url), "utf8"));
    return Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace(`${PROJECT}:`, ""), value]),
    );
  };

  test.each([
    ["local", ["region-a", "region-b"]],
    ["staging", ["eu"]],
    ["prod", ["eu", "us"]],
  ])("%s can be previewed", async (stack, names) => {
    const config = { image: IMAGE, ...readStackFile(stack) };
    const { result } = await recordStack(config, { preview: true });
    expect(result.regions.map(({ name }) => name)).toEqual(names);
  });

  test("prod moves traffic by failover.primary: two DNS records change, both regions stay as they are", async () => {
    const config = { ...readStackFile("prod"), image: IMAGE };
    const before = await recordStack(config, { preview: true });
    const moved = { ...config, failover: { primary: "us" } };
    const after = await recordStack(moved, { preview: true });
    const texts = (resources: readonly Recorded[]) =>
      new Map(resources.map((resource) => [`${resource.type} ${resource.name}`, JSON.stringify(resource)]));
    const [old, current] = [texts(before.resources), texts(after.resources)];
    expect([...current.keys()].sort()).toEqual([...old.keys()].sort());
    const changed = [...current].filter(([key, text]) => old.get(key) !== text).map(([key]) => key);
    expect(changed.sort()).toEqual([
      "aws:route53/record:Record aws-dns-eu-traffic",
      "aws:route53/record:Record aws-dns-us-traffic",
    ]);
    expect(after.result.regions.map(({ role }) => role)).toEqual(["standby", "primary"]);
  });

  test.each(["local", "staging"])("%s loads nothing of AWS", async (stack) => {
    const { resources, result } = await recordStack(
      { image: IMAGE, ...readStackFile(stack) },
      { preview: true },
    );
    expect(resources.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
    expect(result.cloud).toBeNull();
  });

  test.each(["staging", "prod"])("%s is not deployed with its example image", async (stack) => {
    await expect(recordStack(readStackFile(stack))).rejects.toThrow("claude-agents:image");
  });

  test.each(["local", "staging", "prod"])("%s holds no encrypted value", (stack) => {
    const text = readFileSync(new URL(`../Pulumi.${stack}.yaml`, import.meta.url), "utf8");
    expect(text).not.toMatch(/secure:|encryptionsalt|encryptedkey/);
  });
});
