import { describe, expect, it } from "vitest";
import { listenerDisallowWildcardHosts } from "../../../policies/network/listener-disallow-wildcard-hosts.ts";
import { judge, UNKNOWN } from "../judge.ts";

const PASSED = { violations: [], undecided: undefined };
const judgeSpec = (kind: string, spec: unknown, config = {}) =>
  judge(
    listenerDisallowWildcardHosts,
    {
      apiVersion: kind === "Ingress" ? "networking.k8s.io/v1" : "gateway.networking.k8s.io/v1",
      kind,
      metadata: { name: "web", namespace: "ai-agents" },
      spec,
    },
    { config },
  );
const judgeListener = (listener: unknown, config = {}) =>
  judgeSpec("Gateway", { listeners: [listener] }, config);
const from = (value: unknown) => ({ allowedRoutes: { namespaces: { from: value } } });

const HOST = "agents.example.com";
const TO_HTTPS = { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] };
const TO_SERVICE = { backendRefs: [{ name: "web", port: 80 }] };
const ROUTES = ["HTTPRoute", "GRPCRoute", "TLSRoute"];
const EVERY = "it serves every host, because it names none. Name each host";

describe("listener-disallow-wildcard-hosts: a listener of a Gateway", () => {
  it.each([
    ["a host", { hostname: HOST, ...from("All") }],
    ["no host, for routes of its namespace by default", {}],
    ["no host, for routes of its namespace", { hostname: null, ...from("Same") }],
    ["no host, and null for the rest", { allowedRoutes: { namespaces: { from: null } } }],
  ])("passes with %s", async (_, listener) => {
    expect(await judgeListener(listener)).toEqual(PASSED);
  });

  it.each([
    ["a wildcard", { hostname: "*.example.com" }, "it serves every host of *.example.com."],
    ["a star", { hostname: "*" }, EVERY],
    ["an empty host", { hostname: "" }, EVERY],
    ["a host of no text", { hostname: 5 }, EVERY],
    ["no host, for routes of all namespaces", from("All"), EVERY],
    ["no host, for routes of some namespaces", from("Selector"), EVERY],
  ])("is refused with %s", async (_, listener, reason) => {
    const { violations } = await judgeListener(listener);
    expect(violations).toEqual([expect.stringContaining(`at .spec.listeners[0].hostname: ${reason}`)]);
  });

  it.each([
    ["host", { hostname: UNKNOWN }, ".listeners[0].hostname"],
    ["routes", from(UNKNOWN), ".namespaces.from"],
    ["whole listener", UNKNOWN, ".listeners[0]"],
  ])("is undecided while its %s is not known", async (_, listener, path) => {
    const { violations, undecided } = await judgeListener(listener);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it.each(["ListenerSet", "XListenerSet"])("is judged in a %s too", async (kind) => {
    expect(await judgeSpec(kind, { listeners: [{ hostname: HOST }] })).toEqual(PASSED);
    expect((await judgeSpec(kind, { listeners: [{ hostname: "*.example.com" }] })).violations).toEqual([
      expect.stringContaining(
        `${kind} ai-agents/web, at .spec.listeners[0].hostname: it serves every host of`,
      ),
    ]);
  });

  it("is not asked for its routes where it has a host", async () => {
    expect(await judgeListener({ hostname: HOST, ...from(UNKNOWN) })).toEqual(PASSED);
  });
});

describe("listener-disallow-wildcard-hosts: a route", () => {
  it.each(ROUTES)("passes as a %s with hosts", async (kind) => {
    expect(await judgeSpec(kind, { hostnames: [HOST, `a.${HOST}`], rules: [TO_SERVICE] })).toEqual(PASSED);
  });

  it.each(ROUTES)("is refused as a %s without hosts", async (kind) => {
    for (const hostnames of [undefined, null, []]) {
      const { violations } = await judgeSpec(kind, { hostnames, rules: [TO_SERVICE] });
      expect(violations).toEqual([expect.stringContaining(`at .spec.hostnames: ${EVERY}`)]);
    }
  });

  it("is refused for one wildcard among hosts", async () => {
    expect((await judgeSpec("HTTPRoute", { hostnames: [HOST, "*.example.com"] })).violations).toEqual([
      expect.stringContaining("at .spec.hostnames[1]: it serves every host of *.example.com."),
    ]);
  });

  it("passes without hosts where it only redirects to HTTPS", async () => {
    expect(await judgeSpec("HTTPRoute", { rules: [TO_HTTPS] })).toEqual(PASSED);
    expect((await judgeSpec("HTTPRoute", { rules: [TO_HTTPS, TO_SERVICE] })).violations).toHaveLength(1);
    expect((await judgeSpec("HTTPRoute", { rules: [] })).violations).toHaveLength(1);
  });

  it.each([
    ["hosts", { hostnames: UNKNOWN }, ".spec.hostnames"],
    ["host", { hostnames: [UNKNOWN] }, ".spec.hostnames[0]"],
    ["rules", { rules: UNKNOWN }, ".spec.rules"],
    ["filters", { rules: [{ filters: UNKNOWN }] }, ".spec.rules[0].filters"],
  ])("is undecided while its %s are not known", async (_, spec, path) => {
    const { violations, undecided } = await judgeSpec("HTTPRoute", spec);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });
});

describe("listener-disallow-wildcard-hosts: an Ingress", () => {
  it.each([
    ["hosts", { rules: [{ host: HOST }], tls: [{ hosts: [HOST] }] }],
    ["a certificate with a wildcard", { rules: [{ host: HOST }], tls: [{ hosts: ["*.example.com"] }] }],
    ["a certificate for all hosts", { rules: [{ host: HOST }], tls: [{ secretName: "tls" }] }],
    ["nothing", {}],
    ["a default backend that is null", { defaultBackend: null, rules: [{ host: HOST }] }],
  ])("passes with %s", async (_, spec) => {
    expect(await judgeSpec("Ingress", spec)).toEqual(PASSED);
  });

  it.each([
    ["a rule without host", { rules: [{ host: HOST }, {}] }, `.spec.rules[1].host: ${EVERY}`],
    ["a rule with an empty host", { rules: [{ host: "" }] }, `.spec.rules[0].host: ${EVERY}`],
    ["a wildcard", { rules: [{ host: "*.example.com" }] }, "it serves every host of *.example.com."],
    ["a default backend", { defaultBackend: { service: { name: "web" } } }, `.spec.defaultBackend: ${EVERY}`],
  ])("is refused with %s", async (_, spec, reason) => {
    expect((await judgeSpec("Ingress", spec)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["rules", { rules: UNKNOWN }, ".spec.rules"],
    ["host", { rules: [{ host: UNKNOWN }] }, ".rules[0].host"],
    ["default backend", { defaultBackend: UNKNOWN }, ".spec.defaultBackend"],
  ])("is undecided while its %s is not known", async (_, spec, path) => {
    const { violations, undecided } = await judgeSpec("Ingress", spec);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });
});

describe("listener-disallow-wildcard-hosts: a route of Traefik", () => {
  const judgeMatch = (match: unknown, kind = "IngressRoute", config = {}) =>
    judgeSpec(kind, { routes: [{ match: "Host(`a.example.com`)" }, { match }] }, config);

  it("passes with a rule that names hosts, whatever it says of paths", async () => {
    expect(await judgeMatch("Host(`a.example.com`) && PathRegexp(`/v1/.*`)")).toEqual(PASSED);
    expect(await judgeMatch("HostSNI(`a.example.com`)", "IngressRouteTCP")).toEqual(PASSED);
  });

  it.each([["PathPrefix(`/`)"], ["HostRegexp(`.+`)"], [null], [undefined], [5]])(
    "is refused with the rule %j",
    async (match) => {
      expect((await judgeMatch(match)).violations).toEqual([
        expect.stringContaining(`at .spec.routes[1].match: ${EVERY}`),
      ]);
    },
  );

  it("is refused as a route of TCP for every name", async () => {
    expect((await judgeMatch("HostSNI(`*`)", "IngressRouteTCP")).violations).toHaveLength(1);
    expect(await judgeMatch("HostSNI(`*`)", "IngressRouteTCP", { allowedHosts: ["*"] })).toEqual(PASSED);
  });

  it.each([[""], ["everybody"]])("cannot be judged with the rule %j", async (match) => {
    await expect(judgeMatch(match)).rejects.toThrow("refuses it: the rule");
  });

  it.each([
    ["routes", { routes: UNKNOWN }, ".spec.routes"],
    ["rule", { routes: [{ match: UNKNOWN }] }, ".routes[0].match"],
  ])("is undecided while its %s are not known", async (_, spec, path) => {
    const { violations, undecided } = await judgeSpec("IngressRoute", spec);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("says nothing about a route of UDP", async () => {
    expect(await judgeSpec("IngressRouteUDP", { routes: [{}] })).toEqual(PASSED);
  });
});

describe("listener-disallow-wildcard-hosts", () => {
  it("allows the wildcards that the configuration lists, and no others", async () => {
    const config = { allowedHosts: ["*.preview.example.com"] };
    expect(await judgeListener({ hostname: "*.preview.example.com" }, config)).toEqual(PASSED);
    expect((await judgeListener({ hostname: "*.example.com" }, config)).violations).toHaveLength(1);
    expect((await judgeListener(from("All"), config)).violations).toHaveLength(1);
  });

  it("allows that no host is named where the configuration lists a star", async () => {
    const config = { allowedHosts: ["*"] };
    expect(await judgeListener(from("All"), config)).toEqual(PASSED);
    expect(await judgeSpec("Ingress", { defaultBackend: {}, rules: [{}] }, config)).toEqual(PASSED);
    expect((await judgeListener({ hostname: "*.example.com" }, config)).violations).toHaveLength(1);
  });

  it("refuses to judge a text in the place of a list", async () => {
    await expect(judgeSpec("HTTPRoute", { hostnames: HOST })).rejects.toThrow("expected a list");
  });

  it("says nothing about other kinds", async () => {
    expect(await judgeSpec("TCPRoute", {})).toEqual(PASSED);
  });
});
