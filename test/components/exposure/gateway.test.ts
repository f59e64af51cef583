import { Certificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate";
import { Gateway } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/Gateway";
import { HTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute";
import { Middleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";
import { describe, expect, test } from "vitest";
import { buildExposure, CERT_MANAGER, ISSUER, type Settings } from "./build-exposure.ts";

const LOCAL: Settings = { requestsPerMinute: "none" };
const ENVOY: Settings = { ...CERT_MANAGER, controller: "envoy-gateway" };
const SHARED: Settings = {
  host: "agents.example.com",
  tls: { mode: "shared" },
  parentRef: { name: "public", namespace: "edge" },
};

const METADATA = { namespace: "ai-agents" };
const ALLOWED_ROUTES = {
  kinds: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute" }],
  namespaces: { from: "Same" },
};
const RATE_LIMIT_FILTER = {
  type: "ExtensionRef",
  extensionRef: { group: "traefik.io", kind: "Middleware", name: "claude-agent-rate-limit" },
};

describe("without host and certificate, as in the embedded environment", () => {
  test("there are a Gateway and a route, and nothing else", async () => {
    const { kinds, urls, secretName } = await buildExposure(LOCAL);
    expect(kinds).toEqual({ gateway: "Gateway", "route-coordinator": "HTTPRoute" });
    expect(urls).toEqual([]);
    expect(secretName).toBeUndefined();
  });

  test("the Gateway has one listener, on the port of Traefik's entry point", async () => {
    const { inputsOf } = await buildExposure(LOCAL);
    expect(inputsOf("gateway")).toMatchObject({
      metadata: { name: "claude-agent", ...METADATA },
      spec: {
        gatewayClassName: "traefik",
        listeners: [{ name: "http", protocol: "HTTP", port: 8000, allowedRoutes: ALLOWED_ROUTES }],
      },
    });
  });

  test("the route sends every host and path to the coordinator, without limits that Traefik would ignore", async () => {
    const { inputsOf } = await buildExposure(LOCAL);
    expect(inputsOf("route-coordinator").metadata.name).toBe("claude-agent-coordinator");
    expect(inputsOf("route-coordinator").spec).toEqual({
      parentRefs: [{ name: "claude-agent", sectionName: "http" }],
      rules: [{ backendRefs: [{ name: "claude-agent-coordinator", port: 80 }] }],
    });
  });

  test("classes of agents have no route, as they have no host", async () => {
    const { kinds } = await buildExposure(LOCAL, ["support"]);
    expect(kinds).toEqual({ gateway: "Gateway", "route-coordinator": "HTTPRoute" });
  });
});

describe("with Traefik, a host and an issuer", () => {
  test("there are exactly the certificate, the Gateway, the limit, the routes and the redirect", async () => {
    const { kinds, urls, secretName } = await buildExposure(CERT_MANAGER, ["support"]);
    expect(kinds).toEqual({
      certificate: "Certificate",
      gateway: "Gateway",
      "rate-limit": "Middleware",
      "route-coordinator": "HTTPRoute",
      "route-agent-support": "HTTPRoute",
      redirect: "HTTPRoute",
    });
    expect(urls).toEqual(["https://agents.example.com", "https://eu.agents.example.com"]);
    expect(secretName).toBe("claude-agent-tls");
  });

  test("the certificate names every host in full", async () => {
    const { inputsOf } = await buildExposure(CERT_MANAGER, ["support"]);
    expect(inputsOf("certificate").spec).toEqual({
      secretName: "claude-agent-tls",
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: ISSUER.name },
      dnsNames: ["agents.example.com", "eu.agents.example.com", "support.agents.example.com"],
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      usages: ["digital signature", "server auth"],
    });
  });

  test("the Gateway ends TLS with this certificate on the port of Traefik's encrypted entry point", async () => {
    const { inputsOf } = await buildExposure(CERT_MANAGER);
    expect(inputsOf("gateway").spec.listeners).toEqual([
      { name: "http", protocol: "HTTP", port: 8000, allowedRoutes: ALLOWED_ROUTES },
      {
        name: "https",
        protocol: "HTTPS",
        port: 8443,
        tls: {
          mode: "Terminate",
          certificateRefs: [{ group: "", kind: "Secret", name: "claude-agent-tls" }],
        },
        allowedRoutes: ALLOWED_ROUTES,
      },
    ]);
  });

  test("each route takes its own hosts by HTTPS alone, behind the limit and without time limits", async () => {
    const { inputsOf } = await buildExposure(CERT_MANAGER, ["support"]);
    const route = (hostnames: string[], service: string) => ({
      parentRefs: [{ name: "claude-agent", sectionName: "https" }],
      hostnames,
      rules: [{ backendRefs: [{ name: service, port: 80 }], filters: [RATE_LIMIT_FILTER] }],
    });
    expect(inputsOf("route-coordinator").spec).toEqual(
      route(["agents.example.com", "eu.agents.example.com"], "claude-agent-coordinator"),
    );
    expect(inputsOf("route-agent-support").metadata.labels).toMatchObject({
      tier: "agent",
      agent: "support",
    });
    expect(inputsOf("route-agent-support").spec).toEqual(
      route(["support.agents.example.com"], "claude-agent-support"),
    );
  });

  test("plain HTTP is redirected for good and reaches no Service", async () => {
    const { inputsOf } = await buildExposure(CERT_MANAGER);
    expect(inputsOf("redirect").spec).toEqual({
      parentRefs: [{ name: "claude-agent", sectionName: "http" }],
      rules: [
        { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] },
      ],
    });
  });

  test("the limit is 100 requests a minute for each client address, and nothing buffers", async () => {
    const { inputsOf } = await buildExposure(CERT_MANAGER);
    expect(inputsOf("rate-limit").spec).toEqual({
      rateLimit: {
        average: 100,
        period: "1m",
        burst: 100,
        sourceCriterion: { ipStrategy: { ipv6Subnet: 64 } },
      },
    });
  });

  test("behind proxies the client is found as many entries from the right as there are", async () => {
    const { inputsOf } = await buildExposure({ ...CERT_MANAGER, trustedHops: 2, requestsPerMinute: 30 });
    expect(inputsOf("rate-limit").spec.rateLimit).toMatchObject({
      average: 30,
      sourceCriterion: { ipStrategy: { depth: 2 } },
    });
  });

  test("without a limit no object and no filter of Traefik's own API is left", async () => {
    const { kinds, inputsOf } = await buildExposure({ ...CERT_MANAGER, requestsPerMinute: "none" });
    expect(Object.values(kinds)).not.toContain("Middleware");
    expect(inputsOf("route-coordinator").spec.rules[0].filters).toBeUndefined();
  });
});

test("an existing Secret is used as it is, and no certificate is asked for", async () => {
  const tls = { mode: "secret", secretName: "wildcard" } as const;
  const { kinds, inputsOf, secretName } = await buildExposure({ host: "agents.example.com", tls });
  expect(kinds["certificate"]).toBeUndefined();
  expect(inputsOf("gateway").spec.listeners[1].tls.certificateRefs).toEqual([
    { group: "", kind: "Secret", name: "wildcard" },
  ]);
  expect(secretName).toBe("wildcard");
});

test("class and ports of the Gateway are the stated ones", async () => {
  const { inputsOf } = await buildExposure({
    ...CERT_MANAGER,
    className: "public",
    listenerPorts: { http: 80, https: 443 },
  });
  const { gatewayClassName, listeners } = inputsOf("gateway").spec;
  expect(gatewayClassName).toBe("public");
  expect(listeners.map(({ port }: { port: number }) => port)).toEqual([80, 443]);
});

describe("with Envoy Gateway", () => {
  test("there are exactly the certificate, the Gateway, and for each route its limit, and the redirect", async () => {
    const { kinds } = await buildExposure(ENVOY, ["support"]);
    expect(kinds).toEqual({
      certificate: "Certificate",
      gateway: "Gateway",
      "rate-limit-coordinator": "BackendTrafficPolicy",
      "rate-limit-agent-support": "BackendTrafficPolicy",
      "route-coordinator": "HTTPRoute",
      "route-agent-support": "HTTPRoute",
      redirect: "HTTPRoute",
    });
  });

  test("its time limit, which is honoured, is longer than any turn", async () => {
    const { inputsOf } = await buildExposure(ENVOY);
    expect(inputsOf("route-coordinator").spec.rules).toEqual([
      { backendRefs: [{ name: "claude-agent-coordinator", port: 80 }], timeouts: { request: "615s" } },
    ]);
    expect(inputsOf("redirect").spec.rules[0].timeouts).toBeUndefined();
  });

  test("the Gateway listens on the usual ports", async () => {
    const { inputsOf } = await buildExposure(ENVOY);
    const { gatewayClassName, listeners } = inputsOf("gateway").spec;
    expect(gatewayClassName).toBe("eg");
    expect(listeners.map(({ port }: { port: number }) => port)).toEqual([80, 443]);
  });

  test("the limit is for each client address of either family, on this route", async () => {
    const { inputsOf } = await buildExposure(ENVOY);
    const rule = (value: string) => ({
      clientSelectors: [{ sourceCIDR: { type: "Distinct", value } }],
      limit: { requests: 100, unit: "Minute" },
    });
    expect(inputsOf("rate-limit-coordinator")).toMatchObject({
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      metadata: { name: "claude-agent-coordinator", ...METADATA },
    });
    expect(inputsOf("rate-limit-coordinator").spec).toEqual({
      targetRefs: [
        { group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "claude-agent-coordinator" },
      ],
      rateLimit: { type: "Local", local: { rules: [rule("0.0.0.0/0"), rule("::/0")] } },
    });
  });

  test("trusted hops are said for the Gateway, and only where there are any", async () => {
    const { kinds, inputsOf } = await buildExposure({
      ...ENVOY,
      trustedHops: 1,
      requestsPerMinute: "none",
    });
    expect(Object.values(kinds)).not.toContain("BackendTrafficPolicy");
    expect(inputsOf("client-address")).toMatchObject({
      kind: "ClientTrafficPolicy",
      spec: {
        targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "claude-agent" }],
        clientIPDetection: { xForwardedFor: { numTrustedHops: 1 } },
      },
    });
  });
});

describe("with a shared Gateway", () => {
  test("the platform makes routes and redirects for its own hosts, no Gateway and no certificate", async () => {
    const { kinds, secretName, urls } = await buildExposure(SHARED, ["support"]);
    expect(kinds).toEqual({
      "rate-limit": "Middleware",
      "route-coordinator": "HTTPRoute",
      "route-agent-support": "HTTPRoute",
      "redirect-coordinator": "HTTPRoute",
      "redirect-agent-support": "HTTPRoute",
    });
    expect(secretName).toBeUndefined();
    expect(urls[0]).toBe("https://agents.example.com");
  });

  test("they attach to its listeners by name", async () => {
    const { inputsOf } = await buildExposure({
      ...SHARED,
      parentRef: { name: "public", namespace: "edge", httpsListener: "tls" },
    });
    expect(inputsOf("route-coordinator").spec.parentRefs).toEqual([
      { name: "public", namespace: "edge", sectionName: "tls" },
    ]);
    expect(inputsOf("redirect-coordinator").spec).toMatchObject({
      parentRefs: [{ name: "public", namespace: "edge", sectionName: "http" }],
      hostnames: ["agents.example.com", "eu.agents.example.com"],
    });
  });
});

describe("by the published models", () => {
  const models = { Certificate, Gateway, HTTPRoute, Middleware };

  test.each([
    ["the embedded environment's", LOCAL],
    ["Traefik's", { ...CERT_MANAGER, trustedHops: 1 }],
    ["Envoy Gateway's", ENVOY],
    ["a shared Gateway's", SHARED],
  ])("%s objects are valid", async (_, settings) => {
    const { all } = await buildExposure(settings, ["support"]);
    const known = all.filter(({ kind }) => kind in models);
    for (const object of known) new models[object.kind as keyof typeof models](object).validate();
    expect(known.length).toBeGreaterThan(1);
  });

  test("an invalid one would be told", () => {
    const data = { metadata: { name: "x" }, spec: { gatewayClassName: "traefik", listeners: [] } };
    expect(() => new Gateway(data).validate()).toThrow();
  });
});
