import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { gatewayConfigSchema } from "../../agent-runtime/src/config/gateway-config.ts";
import { only, passwordOf, recordStack } from "./record-stack.ts";
import { IMAGE, REGION_A, REGION_B, validConfig } from "./valid-config.ts";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const apiKeySecret = { name: "anthropic", key: "api-key" };

async function regionWith(changes: Record<string, unknown>, secretKeys: readonly string[] = []) {
  const { resources } = await recordStack(validConfig(changes), { secretKeys });
  const find = (type: string, name: string) => only(resources, type, `region-a-${name}`).inputs;
  return {
    resources,
    find,
    environment: find("kubernetes:core/v1:ConfigMap", "coordinator-environment").data,
    files: find("kubernetes:core/v1:ConfigMap", "coordinator-files").data,
    secrets: find("kubernetes:core/v1:Secret", "coordinator-secret").stringData,
    references: find(DEPLOYMENT, "coordinator-deployment").spec.template.spec.containers[0].env,
  };
}

test("the namespace refuses pods below the restricted standard", async () => {
  const { find } = await regionWith({});
  expect(find("kubernetes:core/v1:Namespace", "namespace").metadata).toEqual({
    name: "ai-agents",
    labels: {
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
      "pod-security.kubernetes.io/audit": "restricted",
    },
  });
});

describe("the coordinator of a region", () => {
  test("is told who it is and whom it talks to", async () => {
    const { environment } = await regionWith({});
    expect(environment).toEqual({
      ROLE: "coordinator",
      REGION: "region-a",
      SERVICE_VERSION: "abababababab",
      ENVIRONMENT: "test",
      HOST: "0.0.0.0",
      HTTP_PORT: "8080",
      METRICS_PORT: "9090",
      OPS_HOST: "127.0.0.1",
      OPS_PORT: "3333",
      CONFIG_DIR: "/app/config",
      DATA_DIR: "/tmp",
      LOG_LEVEL: "info",
      UPSTREAM: "simulated",
      MAX_IN_FLIGHT_BYTES: String(512 * 1024 ** 2),
      REDIS_URL: "redis+sentinel://app@claude-agent-valkey.ai-agents.svc.cluster.local:26379/main",
      MAX_TURN_SECONDS: "600",
      PRE_STOP_SECONDS: "5",
    });
  });

  test("holds no more of bodies than a quarter of its memory, but at least one", async () => {
    const limitedTo = (memory: string) => ({
      coordinator: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "1", memory } },
    });
    const held = async (memory: string) =>
      Number((await regionWith(limitedTo(memory))).environment.MAX_IN_FLIGHT_BYTES) / 1024 ** 2;
    expect(await held("1Gi")).toBe(256);
    expect(await held("64Mi")).toBe(32);
  });

  test("gets the hash of the gateway key, never the key", async () => {
    const { secrets } = await regionWith({});
    expect(Object.keys(secrets).sort()).toEqual(["GATEWAY_KEY_SHA256", "KEY_HASH_SECRET", "REDIS_PASSWORD"]);
    expect(secrets.GATEWAY_KEY_SHA256).toMatch(/^[0-9a-f]{64}$/);
    expect(secrets.REDIS_PASSWORD).toBe(passwordOf("region-a-valkey-password", 40));
  });

  test("hashes the keys that it stores under the same secret in every region", async () => {
    const { resources, secrets } = await regionWith({});
    const other = only(resources, "kubernetes:core/v1:Secret", "region-b-coordinator-secret").inputs;
    expect(secrets.KEY_HASH_SECRET).toBe(passwordOf("key-hash-secret-password"));
    expect(other.stringData.KEY_HASH_SECRET).toBe(secrets.KEY_HASH_SECRET);
  });

  test("reads the API key from a file of the named Secret", async () => {
    const { find, environment, references } = await regionWith({
      upstream: { mode: "anthropic", apiKeySecret },
    });
    const { volumes } = find(DEPLOYMENT, "coordinator-deployment").spec.template.spec;
    expect(volumes.at(-1).secret).toMatchObject({ secretName: "anthropic", items: [{ key: "api-key" }] });
    expect(environment.ANTHROPIC_API_KEY_FILE).toBe("/app/secrets/upstream/api-key");
    expect(references).toEqual([]);
    expect(environment.UPSTREAM).toBe("anthropic");
    expect(environment).not.toHaveProperty("ANTHROPIC_BASE_URL");
  });

  test("calls another address of the API when one is configured", async () => {
    const baseUrl = "https://llm.example.com/anthropic";
    const { environment } = await regionWith({ upstream: { mode: "anthropic", apiKeySecret, baseUrl } });
    expect(environment.ANTHROPIC_BASE_URL).toBe(baseUrl);
  });

  test("gets an API key that is kept as a Pulumi secret through its own Secret", async () => {
    const changes = { upstream: { mode: "anthropic" }, anthropicApiKey: "sk-ant-key" };
    const { environment, secrets, references } = await regionWith(changes, ["anthropicApiKey"]);
    expect(secrets.ANTHROPIC_API_KEY).toBe("sk-ant-key");
    expect(references).toEqual([]);
    expect(environment).not.toHaveProperty("ANTHROPIC_API_KEY_FILE");
  });

  test("finds its share of every budget in the gateway's file, though the stack states nothing", async () => {
    const { files } = await regionWith({});
    expect(Object.keys(files)).toEqual(["gateway.yaml"]);
    expect(parse(files["gateway.yaml"])).toEqual({ budgets: { regionShare: 0.5 } });
  });

  test("finds what the stack states there too, without defaults, in a form that the runtime takes", async () => {
    const gateway = {
      limits: { tenants: { acme: { concurrency: 4 } } },
      budgets: { tenant: { dayUsd: 100 } },
      whenStoreIsLost: "allow",
    };
    const regions = [
      { ...REGION_A, share: 0.75 },
      { ...REGION_B, share: 0.25 },
    ];
    const { files } = await regionWith({ gateway, regions });
    const written = parse(files["gateway.yaml"]);
    expect(written).toEqual({ ...gateway, budgets: { tenant: { dayUsd: 100 }, regionShare: 0.75 } });
    expect(gatewayConfigSchema.parse(written).limits.key).toEqual({ requestsPerMinute: 50 });
  });

  test("finds the stack's policies beside it", async () => {
    const text = '@id("a") permit(principal, action, resource);';
    const { files } = await regionWith({ policies: { "acme.cedar": text } });
    expect(Object.keys(files).sort()).toEqual(["acme.cedar", "gateway.yaml"]);
    expect(files["acme.cedar"]).toBe(text);
  });

  test.each([
    ["https://otlp.example/tenant", 443],
    ["http://collector.monitoring.svc:4318", 4318],
    ["http://collector.monitoring.svc.cluster.local", 80],
  ])("sends traces to %s, on the port that is opened for it", async (otlpEndpoint, port) => {
    const networkPolicy = { telemetryCidrs: ["10.1.0.0/16"] };
    const { environment, find } = await regionWith({ telemetry: { otlpEndpoint }, networkPolicy });
    expect(environment.OTEL_EXPORTER_OTLP_ENDPOINT).toBe(otlpEndpoint);
    const { egress } = find("kubernetes:networking.k8s.io/v1:NetworkPolicy", "network-coordinator").spec;
    expect(egress.at(-1)).toEqual({
      to: [{ ipBlock: { cidr: "10.1.0.0/16" } }],
      ports: [{ protocol: "TCP", port }],
    });
  });

  test("opens nothing for traces while they go nowhere", async () => {
    const { find, environment } = await regionWith({ networkPolicy: { telemetryCidrs: ["10.1.0.0/16"] } });
    const { egress } = find("kubernetes:networking.k8s.io/v1:NetworkPolicy", "network-coordinator").spec;
    expect(JSON.stringify(egress)).not.toContain("10.1.0.0");
    expect(environment).not.toHaveProperty("OTEL_EXPORTER_OTLP_ENDPOINT");
  });

  test("runs the configured image with the configured resources", async () => {
    const requests = { cpu: "20m", memory: "64Mi" };
    const { find } = await regionWith({ coordinator: { requests } });
    const [container] = find(DEPLOYMENT, "coordinator-deployment").spec.template.spec.containers;
    expect(container).toMatchObject({
      image: IMAGE,
      resources: { requests, limits: { cpu: "1", memory: "2Gi" } },
    });
  });
});

describe("a region whose upstream is elsewhere", () => {
  test.each([
    ["https://claude.example:8443", 8443],
    ["https://claude.example/v1", 443],
  ])("opens the port of %s", async (baseUrl, port) => {
    const { find } = await regionWith({ upstream: { mode: "anthropic", baseUrl, apiKeySecret } });
    const { egress } = find("kubernetes:networking.k8s.io/v1:NetworkPolicy", "network-coordinator").spec;
    expect(egress.at(-1).ports).toEqual([{ protocol: "TCP", port }]);
  });
});

describe("a region with a store of somebody else", () => {
  const external = { urlSecret: { name: "store", key: "url" }, cidrs: ["10.1.0.0/16"] };

  test("makes no Valkey", async () => {
    const { resources } = await regionWith({ valkey: { external } });
    expect(resources.filter(({ name }) => name.includes("valkey"))).toEqual([]);
  });

  test("takes the address, which may hold a password, from the named Secret", async () => {
    const { environment, secrets, references } = await regionWith({ valkey: { external } });
    expect(references).toEqual([{ name: "REDIS_URL", valueFrom: { secretKeyRef: external.urlSecret } }]);
    expect(environment).not.toHaveProperty("REDIS_URL");
    expect(secrets).not.toHaveProperty("REDIS_PASSWORD");
  });
});

describe("a region in AWS", () => {
  const aws = (region: string, id: string) => ({
    region,
    oidcProviderArn: `arn:aws:iam::123456789012:oidc-provider/oidc.eks.${region}.amazonaws.com/id/${id}`,
  });
  const IN_AWS = {
    regions: [
      { ...REGION_A, aws: aws("eu-central-1", "A") },
      { ...REGION_B, aws: aws("us-east-1", "B") },
    ],
    aws: { accountId: "123456789012", backup: { bucketPrefix: "agents" }, secrets: ["anthropic"] },
    postgres: { mode: "cluster", cluster: { backup: { destination: "s3://agents/postgres" } } },
    secrets: {
      provider: "external-secrets",
      aws: {},
      keys: { anthropic: { remoteKey: "claude-agents/test/anthropic" } },
    },
  };

  test("takes on the roles that the stack makes for it, and asks for secrets in its own region", async () => {
    const { find } = await regionWith(IN_AWS);
    const { spec } = find("kubernetes:postgresql.cnpg.io/v1:Cluster", "postgres-cluster");
    expect(spec.serviceAccountTemplate.metadata.annotations).toEqual({
      "eks.amazonaws.com/role-arn": expect.stringContaining("aws-identity-region-a-database"),
    });
    const { metadata } = find("kubernetes:core/v1:ServiceAccount", "secrets-account");
    expect(metadata.annotations["eks.amazonaws.com/role-arn"]).toContain("aws-identity-region-a-secrets");
    const store = find("kubernetes:external-secrets.io/v1:SecretStore", "secrets-store");
    expect(store.spec.provider.aws.region).toBe("eu-central-1");
  });

  test("has roles of its own or is refused", async () => {
    await expect(regionWith({ ...IN_AWS, aws: { accountId: "123456789012" } })).rejects.toThrow(
      /postgres\.cluster\.backup\.roleArn[\s\S]*secrets\.aws\.roleArn/,
    );
  });
});
