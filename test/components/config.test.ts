import { beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../components/config.ts";
import { errorOf, faultOf, read } from "./read-config.ts";
import { record, setConfig, settled } from "./record-stack.ts";
import { IMAGE, REGION_A, REGION_B, validConfig } from "./valid-config.ts";

const CANARY = "sk-ant-api03-canary";

beforeAll(async () => {
  await record(() => undefined);
});

describe("name servers beside the cluster's", () => {
  test.each(["169.254.20.10/32", "10.0.0.2/32", "192.168.0.0/24"])("may be at %s", (cidr) => {
    expect(read({ networkPolicy: { dnsCidrs: [cidr] } }).networkPolicy.dnsCidrs).toEqual([cidr]);
  });

  test.each(["169.254.169.254/32", "169.254.0.0/16", "168.0.0.0/6", "0.0.0.0/0"])(
    "may not be at %s, which holds an address of cloud metadata",
    (cidr) => {
      expect(faultOf({ networkPolicy: { dnsCidrs: [cidr] } })).toMatchObject({
        path: "networkPolicy.dnsCidrs[0]",
        allowed: expect.stringContaining("169.254.169.254"),
      });
    },
  );
});

describe("what a stack need not say", () => {
  test("an almost empty configuration gets the production figures", () => {
    const { coordinator, valkey, networkPolicy } = read();
    expect(coordinator).toEqual({
      minReplicas: 3,
      maxReplicas: 20,
      requests: { cpu: "250m", memory: "512Mi" },
      limits: { cpu: "1", memory: "2Gi" },
      targetCpuPercent: 70,
      targetMemoryPercent: 80,
      maxTurnSeconds: 600,
      scaleUpStabilizationSeconds: 0,
      scaleDownStabilizationSeconds: 300,
      spread: "hard",
      delivery: "deployment",
      logLevel: "info",
    });
    expect(valkey).toMatchObject({
      replicas: 3,
      quorum: 2,
      minReplicasToWrite: 1,
      storage: "10Gi",
      requests: { cpu: "250m", memory: "1Gi" },
      limits: { cpu: "500m", memory: "2Gi" },
    });
    expect(networkPolicy.upstreamCidrs).toEqual(["0.0.0.0/0"]);
  });

  test("regions without shares get equal parts", () => {
    expect(read().regions.map((region) => region.share)).toEqual([0.5, 0.5]);
  });

  test("the quorum follows the number of Sentinels", () => {
    expect(read({ valkey: { replicas: 5 } }).valkey.quorum).toBe(3);
  });

  test("keys of other projects and of providers are left alone", () => {
    setConfig(validConfig());
    expect(() => readConfig()).not.toThrow();
  });
});

describe("fault 1: a required key is missing", () => {
  test.each(["environment", "image", "regions", "upstream"])("%s", (key) => {
    expect(faultOf({ [key]: undefined })).toMatchObject({
      path: key,
      got: "nothing",
      fix: "add it to the stack's file",
    });
  });

  test("within a list, the place is named", () => {
    expect(faultOf({ regions: [REGION_A, { name: "b" }] }).path).toBe("regions[1].context");
  });

  test("the real API without a key", () => {
    expect(faultOf({ upstream: { mode: "anthropic" } })).toMatchObject({
      path: "upstream.apiKeySecret",
      got: "no API key",
    });
  });
});

describe("fault 2: a value has the wrong type", () => {
  test.each([
    ["3", "3"],
    ["4.0", "4"],
  ])("the text %j for a number", (text, number) => {
    expect(faultOf({ coordinator: { minReplicas: text } })).toEqual({
      path: "coordinator.minReplicas",
      got: `"${text}" (string)`,
      allowed: "a whole number from 2 to 100",
      fix: `write ${number} without quotes`,
    });
  });

  test.each([
    [{ coordinator: { minReplicas: "false" } }, "coordinator.minReplicas"],
    [{ coordinator: { minReplicas: true } }, "coordinator.minReplicas"],
    [{ coordinator: { minReplicas: null } }, "coordinator.minReplicas"],
    [{ coordinator: { requests: { cpu: 1, memory: "1Gi" } } }, "coordinator.requests.cpu"],
    [{ coordinator: "three" }, "coordinator"],
    [{ coordinator: "{broken" }, "coordinator"],
    [{ regions: "3" }, "regions"],
    [{ regions: { name: "a" } }, "regions"],
    [{ networkPolicy: { ingressNamespaces: "traefik" } }, "networkPolicy.ingressNamespaces"],
  ])("%j", (changes, path) => {
    expect(faultOf(changes).path).toBe(path);
  });

  test("a number for a quantity is answered with the quoted one", () => {
    expect(faultOf({ coordinator: { limits: { cpu: 1, memory: "2Gi" } } }).fix).toContain(
      'write "1" in quotes',
    );
  });
});

describe("fault 3: replicas out of range", () => {
  test.each([-1, 0, 1, 2.5, 101, 1e12])("%d", (minReplicas) => {
    expect(faultOf({ coordinator: { minReplicas, maxReplicas: 100 } }).path).toMatch(/^coordinator\.m/);
  });

  test.each(["NaN", "Infinity", "1e999"])("%s", (text) => {
    const { faults } = errorOf({ coordinator: `{"minReplicas": ${text}}` });
    expect(faults.map((fault) => fault.path.split(".")[0])).toEqual(["coordinator"]);
  });
});

describe("fault 4: a minimum above its maximum", () => {
  test("is told with both figures", () => {
    expect(faultOf({ coordinator: { minReplicas: 9, maxReplicas: 4 } })).toMatchObject({
      path: "coordinator.minReplicas",
      got: "9, with maxReplicas 4",
    });
  });

  test("counts the default of what is not stated", () => {
    expect(faultOf({ coordinator: { minReplicas: 30 } }).got).toBe("30, with maxReplicas 20");
  });

  test("is found although another key beside it is wrong too", () => {
    const { faults } = errorOf({ coordinator: { minReplicas: 9, maxReplicas: 4, spread: "even" } });
    expect(faults.map((fault) => fault.path)).toEqual(["coordinator.spread", "coordinator.minReplicas"]);
  });
});

describe("fault 5: resources that cannot be", () => {
  const limits = { cpu: "1", memory: "2Gi" };

  test.each([
    ["cpu", { cpu: "2", memory: "1Gi" }, '"2", with a limit of "1"'],
    ["memory", { cpu: "1", memory: "3000Mi" }, '"3000Mi", with a limit of "2Gi"'],
  ])("a request of %s above its limit", (resource, requests, got) => {
    expect(faultOf({ coordinator: { requests, limits } })).toMatchObject({
      path: `coordinator.requests.${resource}`,
      got,
    });
  });

  test("a request equal to its limit is fine", () => {
    expect(() => read({ coordinator: { requests: limits, limits } })).not.toThrow();
  });

  test.each([
    ["cpu", { cpu: "500", memory: "1Gi" }],
    ["cpu", { cpu: "0", memory: "1Gi" }],
    ["cpu", { cpu: "-1", memory: "1Gi" }],
    ["cpu", { cpu: "1 core", memory: "1Gi" }],
    ["memory", { cpu: "1", memory: "2GB" }],
    ["memory", { cpu: "1", memory: "512" }],
    ["memory", { cpu: "1", memory: "500m" }],
    ["memory", { cpu: "1", memory: "2gi" }],
  ])("a bad quantity of %s in %j", (resource, requests) => {
    expect(faultOf({ coordinator: { requests } }).path).toBe(`coordinator.requests.${resource}`);
  });

  test("holds for Valkey, its Sentinel and its volume as well", () => {
    const { faults } = errorOf({
      valkey: {
        storage: "10GB",
        requests: { cpu: "1", memory: "1Gi" },
        sentinel: { requests: { cpu: "50m", memory: "1Gi" } },
      },
    });
    expect(faults.map((fault) => fault.path).sort()).toEqual([
      "valkey.requests.cpu",
      "valkey.sentinel.requests.memory",
      "valkey.storage",
    ]);
  });
});

describe("fault 6: names that Kubernetes refuses", () => {
  test.each(["a".repeat(25), "Region", "région", "region-", "-region", "1region", "re gion", "region.a", ""])(
    "region %j",
    (name) => {
      expect(faultOf({ regions: [{ ...REGION_A, name }] }).path).toBe("regions[0].name");
    },
  );

  test("a name of the full length is fine", () => {
    expect(read({ regions: [{ ...REGION_A, name: "a".repeat(24) }] }).regions[0]?.name).toHaveLength(24);
  });
});

test("fault 7: two regions with one name", () => {
  expect(faultOf({ regions: [REGION_A, { ...REGION_B, name: "region-a" }] })).toMatchObject({
    path: "regions",
    got: '2 regions named "region-a"',
  });
});

test("two regions in one cluster", () => {
  const { context } = REGION_A;
  expect(faultOf({ regions: [REGION_A, { ...REGION_B, context }] })).toMatchObject({
    path: "regions[1].context",
    got: `"${context}", which region region-a uses already`,
  });
  const kubeconfig = "./other.yaml";
  expect(read({ regions: [REGION_A, { ...REGION_B, context, kubeconfig }] }).regions).toHaveLength(2);
});

describe("fault 8: an unknown key", () => {
  test.each([
    [{ regoins: [] }, "regoins", "did you mean regions?"],
    [{ coordinator: { minReplica: 3 } }, "coordinator.minReplica", "did you mean coordinator.minReplicas?"],
    [
      { regions: [{ ...REGION_A, kubeConfig: "x" }] },
      "regions[0].kubeConfig",
      "did you mean regions[0].kubeconfig?",
    ],
    [{ networkpolicy: {} }, "networkpolicy", "did you mean networkPolicy?"],
  ])("%j is answered with the nearest known one", (changes, path, fix) => {
    const fault = faultOf(changes);
    expect(fault.path).toBe(path);
    expect(fault.fix).toContain(fix);
  });

  test("one that resembles nothing is to be removed", () => {
    expect(faultOf({ frobnicate: 1 }).fix).toBe("remove it");
  });

  test("its value is not shown: it may be a secret in the wrong place", () => {
    expect(errorOf({ upstream: { mode: "simulated", token: "hunter2" } }).message).not.toContain("hunter2");
  });
});

describe("fault 9: a secret in plain configuration", () => {
  const upstream = { mode: "anthropic" };

  test("the API key without encryption is refused and not shown", () => {
    const error = errorOf({ anthropicApiKey: CANARY, upstream });
    expect(error.faults[0]).toMatchObject({ path: "anthropicApiKey", allowed: "an encrypted value" });
    expect(error.message).not.toContain("canary");
  });

  test("the encrypted API key stays a secret", async () => {
    const { anthropicApiKey } = read({ anthropicApiKey: CANARY, upstream }, ["anthropicApiKey"]);
    if (anthropicApiKey === undefined) throw new Error("the key is missing");
    await expect(settled(anthropicApiKey)).resolves.toBe(CANARY);
    expect(await Reflect.get(anthropicApiKey, "isSecret")).toBe(true);
  });

  test.each([
    [{ environment: CANARY }, "environment"],
    [{ regions: [{ ...REGION_A, context: CANARY }] }, "regions[0].context"],
    [
      { upstream: { ...upstream, apiKeySecret: { name: "anthropic", key: CANARY } } },
      "upstream.apiKeySecret.key",
    ],
    [{ upstream: { mode: "anthropic", baseUrl: `https://example.com/${CANARY}` } }, "upstream.baseUrl"],
  ])("what looks like an API key is refused wherever it stands: %j", (changes, path) => {
    const error = errorOf(changes);
    expect(error.faults.map((fault) => fault.path)).toContain(path);
    expect(error.message).not.toContain("canary");
  });

  test("a password in an address is refused and not shown", () => {
    const error = errorOf({ upstream: { ...upstream, baseUrl: "https://user:hunter2@example.com" } });
    expect(error.faults.map((fault) => fault.path)).toContain("upstream.baseUrl");
    expect(error.message).not.toContain("hunter2");
  });

  test("an encrypted value where only plain ones are used is refused and not shown", () => {
    const error = errorOf({ regions: [{ ...REGION_A, context: "hunter2 " }] }, ["regions"]);
    expect(error.faults.map((fault) => fault.path)).toEqual(["regions"]);
    expect(error.message).not.toContain("hunter2");
  });

  test("two keys at once are refused", () => {
    const apiKeySecret = { name: "anthropic", key: "api-key" };
    expect(
      faultOf({ anthropicApiKey: CANARY, upstream: { ...upstream, apiKeySecret } }, ["anthropicApiKey"]).got,
    ).toContain("two API keys");
  });
});

describe("fault 10: an image that can change under its name", () => {
  const digest = "ab".repeat(32);

  test.each([
    "registry.example.com/agent-runtime",
    "registry.example.com/agent-runtime:1.2.3",
    "registry.example.com/agent-runtime:latest",
    `registry.example.com/agent-runtime:latest@sha256:${digest}`,
    `registry.example.com/agent-runtime@sha256:${digest.slice(1)}`,
    `registry.example.com/agent-runtime@sha256:${digest}0`,
    `registry.example.com/agent-runtime@sha256:${digest.toUpperCase()}`,
    `registry.example.com/Agent@sha256:${digest}`,
    `@sha256:${digest}`,
  ])("%s", (image) => {
    expect(faultOf({ image }).path).toBe("image");
  });

  test.each([
    `agent-runtime@sha256:${digest}`,
    `localhost:5000/agent-runtime:1.2.3@sha256:${digest}`,
    `registry.example.com:443/a/b_c/d--e@sha256:${digest}`,
  ])("%s is pinned", (image) => {
    expect(read({ image }).image).toBe(image);
  });

  test("the shipped example with a digest of zeros can be previewed", async () => {
    const image = `registry.example.com/agent-runtime@sha256:${"0".repeat(64)}`;
    const { result } = await record(() => read({ image }).image, { preview: true });
    expect(result).toBe(image);
  });

  test("the shipped example with a digest of zeros cannot be deployed", async () => {
    const image = `registry.example.com/agent-runtime@sha256:${"0".repeat(64)}`;
    const { result } = await record(() => faultOf({ image }));
    expect(result).toMatchObject({ path: "image", fix: expect.stringContaining("push the image") });
  });
});

describe("fault 11: text that would change what it is put into", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the text that must be refused.
  const injections = ["${HOME}", 'a"b', "a'b", "a\nb", "a: b", "{{ x }}", "a`id`", "a;b", "a$(id)"];

  test.each(injections)("%j", (text) => {
    const { faults } = errorOf({
      environment: text,
      image: `${text}@sha256:${"ab".repeat(32)}`,
      regions: [{ name: text, context: text, kubeconfig: `/tmp/${text}\n` }],
      upstream: {
        mode: "anthropic",
        baseUrl: `https://example.com/${text}`,
        apiKeySecret: { name: text, key: text },
      },
      valkey: { storageClass: text },
      networkPolicy: { ingressNamespaces: [text], upstreamCidrs: [text] },
    });
    expect(faults.map((fault) => fault.path).sort()).toEqual([
      "environment",
      "image",
      "networkPolicy.ingressNamespaces[0]",
      "networkPolicy.upstreamCidrs[0]",
      "regions[0].context",
      "regions[0].kubeconfig",
      "regions[0].name",
      "upstream.apiKeySecret.key",
      "upstream.apiKeySecret.name",
      "upstream.baseUrl",
      "valkey.storageClass",
    ]);
  });

  test("the contents of a kubeconfig instead of its path", () => {
    const kubeconfig = "apiVersion: v1\nkind: Config\n";
    expect(faultOf({ regions: [{ ...REGION_A, kubeconfig }] }).path).toBe("regions[0].kubeconfig");
  });

  test.each([
    "arn:aws:eks:eu-central-1:123456789012:cluster/agents",
    "admin@region-a",
    "gke_project_zone_name",
  ])("the context %s of a cloud provider is fine", (context) => {
    expect(read({ regions: [{ ...REGION_A, context }] }).regions[0]?.context).toBe(context);
  });
});

describe("fault 12: regions that make no platform", () => {
  const regionsNamed = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      ...(index === 0 ? REGION_A : REGION_B),
      name: `region-${index}`,
      context: `region-${index}`,
    }));

  test("no region", () => {
    expect(faultOf({ regions: [] })).toMatchObject({ path: "regions", allowed: "a list of 1 to 10 entries" });
  });

  test.each([1, 10])("%d of them are fine", (count) => {
    expect(read({ regions: regionsNamed(count) }).regions).toHaveLength(count);
  });

  test("eleven", () => {
    expect(faultOf({ regions: regionsNamed(11) }).path).toBe("regions");
  });

  test("a primary that is none of them", () => {
    expect(faultOf({ failover: { primary: "region-c" } }).path).toBe("failover.primary");
  });

  test.each([
    [[0.5, 0.4], "shares 0.5 + 0.4"],
    [[1, undefined], "shares 1 + (none)"],
  ])("shares %j", ([a, b], got) => {
    const regions = [
      { ...REGION_A, share: a },
      { ...REGION_B, share: b },
    ];
    expect(faultOf({ regions }).got).toBe(got);
  });

  test("shares that sum to one but for rounding are fine", () => {
    const third = { ...REGION_B, name: "region-c", context: "region-c", share: 0.6 };
    const regions = [{ ...REGION_A, share: 0.1 }, { ...REGION_B, share: 0.3 }, third];
    expect(read({ regions }).regions.map((region) => region.share)).toEqual([0.1, 0.3, 0.6]);
  });
});

describe("fault 13: a store that cannot keep its promise", () => {
  test.each([
    [{ replicas: 1 }, "valkey.replicas"],
    [{ replicas: 4 }, "valkey.replicas"],
    [{ replicas: 9 }, "valkey.replicas"],
    [{ replicas: 5, quorum: 2 }, "valkey.quorum"],
    [{ replicas: 3, quorum: 4 }, "valkey.quorum"],
    [{ replicas: 3, minReplicasToWrite: 2 }, "valkey.minReplicasToWrite"],
    [{ replicas: 3, minReplicasToWrite: 5 }, "valkey.minReplicasToWrite"],
  ])("%j", (valkey, path) => {
    expect(faultOf({ valkey }).path).toBe(path);
  });

  test("the even number of Sentinels is answered with the odd ones beside it", () => {
    expect(faultOf({ valkey: { replicas: 4 } }).fix).toBe("use 3 or 5");
  });
});

describe("addresses that may be opened", () => {
  test.each(["169.254.169.254/32", "169.254.0.0/16", "10.0.0.0", "300.0.0.0/8", "::/0"])(
    "%s is refused",
    (range) => {
      expect(faultOf({ networkPolicy: { upstreamCidrs: [range] } }).path).toBe(
        "networkPolicy.upstreamCidrs[0]",
      );
    },
  );
});

describe("the error", () => {
  test("lists every fault of every key at once, each with place, value, what is allowed and the fix", () => {
    const error = errorOf({
      environment: "Prod",
      image: "agent:latest",
      coordinator: { minReplicas: "3", maxReplica: 4 },
      valkey: { replicas: 2 },
    });
    expect(error.message.split("\n").slice(0, 5)).toEqual([
      "The configuration of stack test has 5 faults:",
      "  1. claude-agents:environment",
      '     got: "Prod" (string)',
      "     allowed: 1 to 32 lower-case letters, digits and dashes, starting with a letter, ending with a letter or digit",
      "     fix: change it to an allowed value",
    ]);
    expect(error.faults).toHaveLength(5);
    for (const fault of error.faults)
      expect(Object.values(fault).every((text) => text.length > 0)).toBe(true);
  });

  test("shortens long values", () => {
    expect(faultOf({ environment: "x".repeat(5000) }).got.length).toBeLessThan(200);
  });

  test("is one that the engine shows without a stack trace", () => {
    expect(Reflect.get(errorOf({ image: undefined }), "__pulumiRunError")).toBe(true);
  });
});

test("a simulated upstream takes no key and no address", () => {
  const upstream = {
    mode: "simulated",
    baseUrl: "https://example.com",
    apiKeySecret: { name: "a", key: "b" },
  };
  expect(errorOf({ upstream }).faults.map((fault) => fault.path)).toEqual([
    "upstream.baseUrl",
    "upstream.apiKeySecret",
  ]);
});

test("the image is read as it is written", () => {
  expect(read().image).toBe(IMAGE);
});
