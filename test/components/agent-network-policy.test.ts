import { describe, expect, test } from "vitest";
import { AgentNetworkPolicy, type AgentNetworkPolicyArgs } from "../../components/agent-network-policy.ts";
import { only, record, recordStack } from "./record-stack.ts";
import { validConfig } from "./valid-config.ts";

const TYPE = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

const ARGS: AgentNetworkPolicyArgs = {
  namespace: "ai-agents",
  ingressNamespaces: ["traefik"],
  monitoringNamespaces: ["monitoring"],
  dnsCidrs: ["169.254.20.10/32"],
  destinations: [],
  ingressCidrs: [],
  hasAgents: false,
  hasPostgres: false,
  hasValkey: true,
};

async function build(changes: Partial<AgentNetworkPolicyArgs> = {}) {
  const { resources } = await record(() => {
    new AgentNetworkPolicy("net", { ...ARGS, ...changes });
  });
  return {
    names: resources.filter(({ type }) => type === TYPE).map(({ name }) => name),
    specOf: (role: string) => only(resources, TYPE, `net-${role}`).inputs.spec,
  };
}

const namespace = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});
const coordinator = { podSelector: { matchLabels: { app: "claude-agent", tier: "coordinator" } } };
const valkey = { podSelector: { matchLabels: { app: "claude-agent-valkey", tier: "store" } } };
const valkeyPorts = [
  { protocol: "TCP", port: 6379 },
  { protocol: "TCP", port: 26379 },
];

describe("the network policy", () => {
  test("closes every pod in both directions", async () => {
    const { specOf } = await build();
    expect(specOf("default-deny")).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });

  test("opens the cluster's DNS, the cache on each node and nothing else to every pod", async () => {
    const { specOf } = await build();
    expect(specOf("allow-dns")).toEqual({
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [
            { ...namespace("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } },
            { ipBlock: { cidr: "169.254.20.10/32" } },
          ],
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
      ],
    });
  });

  test("opens the API to the named namespaces, and metrics to monitoring", async () => {
    const { specOf } = await build();
    expect(specOf("coordinator")).toMatchObject({
      ...coordinator,
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [namespace("traefik")], ports: [{ protocol: "TCP", port: 8080 }] },
        { from: [namespace("monitoring")], ports: [{ protocol: "TCP", port: 9090 }] },
      ],
    });
  });

  test("an empty list of namespaces opens nothing, not everything", async () => {
    const { specOf } = await build({ ingressNamespaces: [], monitoringNamespaces: [] });
    expect(specOf("coordinator").ingress ?? []).toEqual([]);
  });

  test("lets only the coordinator and its own pods reach Valkey", async () => {
    const { specOf } = await build();
    expect(specOf("valkey")).toEqual({
      ...valkey,
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [coordinator, valkey], ports: valkeyPorts },
        { from: [namespace("monitoring")], ports: [{ protocol: "TCP", port: 9121 }] },
      ],
      egress: [{ to: [valkey], ports: valkeyPorts }],
    });
    expect(specOf("coordinator").egress).toEqual([{ to: [valkey], ports: valkeyPorts }]);
  });

  test("has no rule for a Valkey that is not there", async () => {
    const { names, specOf } = await build({ hasValkey: false });
    expect(names).not.toContain("net-valkey");
    expect(specOf("coordinator").egress ?? []).toEqual([]);
  });
});

describe("the way out of the cluster", () => {
  const egressOf = async (changes: Record<string, unknown>) => {
    const { resources } = await recordStack(validConfig(changes));
    return only(resources, TYPE, "region-a-network-coordinator").inputs.spec.egress.slice(1);
  };
  const https = [{ protocol: "TCP", port: 443 }];
  const upstream = { mode: "anthropic", apiKeySecret: { name: "anthropic", key: "api-key" } };

  test("is closed while Claude is simulated", async () => {
    expect(await egressOf({})).toEqual([]);
  });

  test("is HTTPS to everywhere but cloud metadata by default", async () => {
    expect(await egressOf({ upstream })).toEqual([
      { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }], ports: https },
    ]);
  });

  test("has no exception outside the range, which Kubernetes would refuse", async () => {
    const networkPolicy = { upstreamCidrs: ["160.79.104.0/23", "160.0.0.0/4"] };
    expect(await egressOf({ upstream, networkPolicy })).toEqual([
      { to: [{ ipBlock: { cidr: "160.79.104.0/23" } }], ports: https },
      { to: [{ ipBlock: { cidr: "160.0.0.0/4", except: ["169.254.0.0/16"] } }], ports: https },
    ]);
  });

  const gateway = (...jwksUrls: string[]) => ({
    identity: {
      jwt: jwksUrls.map((jwksUrl, index) => ({ issuer: `https://${index}.example`, audience: "a", jwksUrl })),
    },
  });

  test("is open to the issuers of tokens on the ports of their keys", async () => {
    const urls = ["https://a.example/keys", "https://b.example:8443/keys", "https://c.example:443/keys"];
    const networkPolicy = { identityCidrs: ["203.0.113.0/24", "168.0.0.0/7"] };
    const ports = [...https, { protocol: "TCP", port: 8443 }];
    expect(await egressOf({ gateway: gateway(...urls), networkPolicy })).toEqual([
      { to: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports },
      { to: [{ ipBlock: { cidr: "168.0.0.0/7", except: ["169.254.0.0/16"] } }], ports },
    ]);
  });

  test.each([[[]], [["http://127.0.0.1:9000/keys"]]])(
    "stays closed for issuers while none is outside the pod: %j",
    async (urls) => {
      const networkPolicy = { identityCidrs: ["203.0.113.0/24"] };
      expect(await egressOf({ gateway: gateway(...urls), networkPolicy })).toEqual([]);
    },
  );

  test("is open to an external store on its ports", async () => {
    const external = { urlSecret: { name: "store", key: "url" }, cidrs: ["10.1.0.0/16"], ports: [6380] };
    const { resources } = await recordStack(validConfig({ valkey: { external } }));
    expect(only(resources, TYPE, "region-a-network-coordinator").inputs.spec.egress).toEqual([
      { to: [{ ipBlock: { cidr: "10.1.0.0/16" } }], ports: [{ protocol: "TCP", port: 6380 }] },
    ]);
  });
});
