import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  admittedController,
  distinctHosts,
  safeInProduction,
} from "../../../components/config/exposure-relations.ts";
import { exposureSchema } from "../../../components/config/exposure-schema.ts";
import { agentUrl } from "../../../components/exposure/hosts.ts";
import { ALB, CERT_MANAGER, ISSUER, type Settings } from "./build-exposure.ts";

/** Where a schema finds faults, each with what it says of a contradiction. */
function faultsOf(schema: z.ZodType, value: unknown): [string, string?][] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  return issues.map((issue) => {
    const path = issue.path.join(".");
    const got: unknown = issue.code === "custom" ? issue.params?.["got"] : undefined;
    return typeof got === "string" ? [path, got] : [path];
  });
}

const faults = (settings: object) => faultsOf(exposureSchema, settings);

const stack = z
  .looseObject({ exposure: exposureSchema })
  .check(safeInProduction, admittedController, distinctHosts);

function stackFaults(exposure: Settings, changes: Record<string, unknown> = {}) {
  return faultsOf(stack, {
    environment: "staging",
    regions: [{ name: "eu" }, { name: "us" }],
    agents: [],
    networkPolicy: { ingressNamespaces: ["traefik"] },
    exposure,
    ...changes,
  });
}

test("nothing has to be stated: a Gateway of Traefik for every host, 100 requests a minute, no proxies before it", () => {
  expect(exposureSchema.parse({})).toEqual({
    kind: "gateway",
    controller: "traefik",
    tls: { mode: "none" },
    requestsPerMinute: 100,
    trustedHops: 0,
  });
});

describe("a host", () => {
  test.each(["agents.example.com", "a.io", `${"x".repeat(63)}.example.com`])("may be %s", (host) => {
    expect(faults({ host })).toEqual([]);
  });

  test.each([
    "*.example.com",
    "localhost",
    "10.0.0.1",
    "https://agents.example.com",
    "agents.example.com:443",
    "agents.example.com.",
    "Agents.example.com",
    "agents..com",
    `${"x".repeat(64)}.example.com`,
    `${"x.".repeat(110)}com`,
  ])("is not %s", (host) => {
    expect(faults({ host })).toEqual([["host"]]);
  });

  test("leaves room for the longest names of regions and classes of agents", () => {
    const host = `${"x.".repeat(108)}com`;
    expect(faults({ host })).toEqual([]);
    expect(`${"a".repeat(32)}.${host}`.length).toBeLessThanOrEqual(253);
  });
});

describe("a controller", () => {
  test("that is not in the list is refused, ingress-nginx with the reason", () => {
    expect(faults({ kind: "ingress", controller: "ingress-nginx" })).toEqual([["controller"]]);
    const { properties } = z.toJSONSchema(exposureSchema, { io: "input" });
    expect(properties?.["controller"]).toMatchObject({
      fix: expect.stringContaining("retired in March 2026"),
    });
  });

  test.each([
    ["gateway", "aws-alb", { requestsPerMinute: "none" }],
    ["ingress", "envoy-gateway", {}],
  ])("of kind %s is not %s", (kind, controller, more) => {
    expect(faults({ kind, controller, ...more })).toEqual([
      ["controller", `${controller}, with kind ${kind}`],
    ]);
  });

  test("of AWS limits no client: the limit has to be taken back in words", () => {
    const { requestsPerMinute: _, ...withDefault } = ALB;
    expect(faults(withDefault)).toEqual([["requestsPerMinute", "100, with controller aws-alb"]]);
    expect(faults(ALB)).toEqual([]);
  });

  test("of AWS counts no proxies", () => {
    expect(faults({ ...ALB, trustedHops: 1 })).toEqual([["trustedHops", "1"]]);
  });

  test("other than AWS's takes no web ACL and no scheme", () => {
    const wafAclArn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/edge/0a1b";
    expect(faults({ wafAclArn, loadBalancerScheme: "internal" }).map(([path]) => path)).toEqual([
      "wafAclArn",
      "loadBalancerScheme",
    ]);
  });
});

describe("TLS", () => {
  const host = "agents.example.com";

  test.each([
    ["cert-manager", "tls.issuer"],
    ["secret", "tls.secretName"],
    ["acm", "tls.certificateArn"],
  ])("of mode %s needs %s", (mode, path) => {
    const alb = mode === "acm" ? ALB : {};
    expect(faults({ ...alb, host, tls: { mode } })).toEqual([[path, "nothing"]]);
  });

  test("takes nothing that belongs to another mode", () => {
    const tls = { mode: "secret", secretName: "wildcard", issuer: ISSUER };
    expect(faults({ host, tls })).toEqual([["tls.issuer", "a value, although tls.mode is secret"]]);
  });

  test("needs a host to be for", () => {
    expect(faults({ tls: CERT_MANAGER.tls })).toEqual([["host", "no host, with tls.mode cert-manager"]]);
  });

  test("of ACM is for load balancers of AWS alone", () => {
    expect(faults({ host, tls: ALB.tls })).toEqual([["tls.mode", "acm, with controller traefik"]]);
  });

  test("of these load balancers is of ACM alone", () => {
    expect(faults({ ...ALB, tls: CERT_MANAGER.tls })).toEqual([
      ["tls.mode", "cert-manager, with controller aws-alb"],
    ]);
  });
});

describe("a shared Gateway", () => {
  const shared = {
    host: "agents.example.com",
    tls: { mode: "shared" },
    parentRef: { name: "public", namespace: "edge" },
  };

  test("brings its own certificate, and only it does", () => {
    expect(faults(shared)).toEqual([]);
    expect(faults({ ...shared, tls: CERT_MANAGER.tls })).toEqual([
      ["tls.mode", "cert-manager, with parentRef"],
    ]);
    expect(faults({ ...shared, parentRef: undefined })).toContainEqual([
      "tls.mode",
      "shared, without parentRef",
    ]);
  });

  test("gets no ports, and is none of an Ingress", () => {
    expect(faults({ ...shared, listenerPorts: { http: 80, https: 443 } })).toEqual([
      ["listenerPorts", "ports, without a Gateway of the platform's own"],
    ]);
    expect(faults({ ...shared, kind: "ingress" })).toEqual([["parentRef", "a Gateway, with kind ingress"]]);
  });

  test("of Envoy Gateway is told its trusted hops by its owner", () => {
    expect(faults({ ...shared, controller: "envoy-gateway", trustedHops: 1 })).toEqual([
      ["trustedHops", "1"],
    ]);
    expect(faults({ ...shared, trustedHops: 1 })).toEqual([]);
  });
});

describe("in production", () => {
  const environment = "production";

  test("a host and TLS are required", () => {
    expect(stackFaults({}, { environment })).toEqual([
      ["exposure.host", "no host, in environment production"],
      ["exposure.tls.mode", "none, in environment production"],
    ]);
    expect(stackFaults(CERT_MANAGER, { environment })).toEqual([]);
    expect(stackFaults({})).toEqual([]);
  });

  test("they are not where something else exposes the platform", () => {
    expect(stackFaults({ kind: "none" }, { environment })).toEqual([]);
  });
});

describe("the controller gets through the network policy", () => {
  test.each([
    [{ controller: "traefik" }, ["other"], "traefik"],
    [{ controller: "envoy-gateway" }, ["traefik"], "envoy-gateway-system"],
    [{ controllerNamespace: "edge" }, ["traefik"], "edge"],
  ] as const)("%j from %j alone is refused", (exposure, ingressNamespaces, missing) => {
    const networkPolicy = { ingressNamespaces };
    expect(stackFaults(exposure, { networkPolicy })).toEqual([
      ["networkPolicy.ingressNamespaces", expect.stringContaining(JSON.stringify(ingressNamespaces))],
    ]);
    expect(
      stackFaults(exposure, { networkPolicy: { ingressNamespaces: [...ingressNamespaces, missing] } }),
    ).toEqual([]);
  });

  test("by the subnets of a load balancer of AWS, which is in no namespace", () => {
    expect(stackFaults(ALB)).toEqual([
      ["networkPolicy.ingressCidrs", "no ranges, with exposure.controller aws-alb"],
    ]);
    const networkPolicy = { ingressNamespaces: [], ingressCidrs: ["10.0.0.0/20"] };
    expect(stackFaults(ALB, { networkPolicy })).toEqual([]);
  });

  test("only where something is exposed", () => {
    expect(stackFaults({ kind: "none" }, { networkPolicy: { ingressNamespaces: [] } })).toEqual([]);
  });
});

describe("hosts below the platform's", () => {
  test("are distinct", () => {
    expect(stackFaults(CERT_MANAGER, { agents: [{ name: "support" }, { name: "us" }] })).toEqual([
      ["agents.1.name", '"us", whose host us.agents.example.com is that of the region'],
    ]);
    expect(stackFaults({}, { agents: [{ name: "us" }] })).toEqual([]);
  });

  test("are as many as one certificate holds", () => {
    const agents = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `a${index}` }));
    expect(stackFaults(CERT_MANAGER, { agents: agents(98) })).toEqual([]);
    expect(stackFaults(CERT_MANAGER, { agents: agents(99) })).toEqual([
      ["exposure.tls.mode", "cert-manager, for 101 host names"],
    ]);
  });
});

test("a class of agents has a URL where it has a host", () => {
  expect(agentUrl(exposureSchema.parse(CERT_MANAGER), "support")).toBe("https://support.agents.example.com");
  expect(agentUrl(exposureSchema.parse({ host: "agents.localhost" }), "support")).toBe(
    "http://support.agents.localhost",
  );
  expect(agentUrl(exposureSchema.parse({}), "support")).toBeUndefined();
  expect(agentUrl(exposureSchema.parse({ ...CERT_MANAGER, kind: "none" }), "support")).toBeUndefined();
});
