import { describe, expect, it } from "vitest";
import { resourceOf, UNKNOWN } from "../judge.ts";
import { judgeAll } from "./tls-objects.ts";

const PASSED = { violations: [], undecided: undefined };

const GATEWAY_API = "gateway.networking.k8s.io/v1";
const HTTP = { name: "http", port: 8000, protocol: "HTTP" };
const TLS = { certificateRefs: [{ name: "tls" }] };
const TO_HTTPS = { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] };
const TO_SERVICE = { backendRefs: [{ name: "web", port: 80 }] };

const gateway = (listener: unknown, metadata: object = {}) => ({
  apiVersion: GATEWAY_API,
  kind: "Gateway",
  metadata: { name: "edge", namespace: "ai-agents", ...metadata },
  spec: { listeners: [listener] },
});
const listener = (protocol: unknown, tls?: unknown) => gateway({ name: "https", port: 8443, protocol, tls });
const route = (parent: unknown, rules: unknown = [TO_HTTPS], metadata: object = {}, kind = "HTTPRoute") => ({
  apiVersion: GATEWAY_API,
  kind,
  metadata: { name: "route", namespace: "ai-agents", ...metadata },
  spec: { parentRefs: [parent], rules },
});
const redirecting = (rules: unknown) => [gateway(HTTP), route({ name: "edge" }, rules)];

describe("listener-require-tls: a listener of a Gateway", () => {
  it.each([
    ["HTTPS with a certificate", "HTTPS", TLS],
    ["HTTPS with a certificate, and the mode said", "HTTPS", { ...TLS, mode: "Terminate" }],
    ["TLS that is passed through", "TLS", { mode: "Passthrough" }],
    ["TLS with a certificate", "TLS", TLS],
  ])("passes with %s", async (_, protocol, tls) => {
    expect(await judgeAll([listener(protocol, tls)])).toEqual(PASSED);
  });

  it.each([
    ["HTTPS without settings", "HTTPS", undefined, ".tls.certificateRefs: it has no certificate"],
    ["HTTPS without certificate", "HTTPS", { certificateRefs: [] }, "it has no certificate"],
    ["a certificate that is null", "HTTPS", { certificateRefs: null }, "it has no certificate"],
    ["another mode", "TLS", { mode: "passthrough" }, "it has no certificate"],
    ["HTTPS that is passed through", "HTTPS", { mode: "Passthrough" }, "it has no certificate"],
    [
      "TCP",
      "TCP",
      undefined,
      '.protocol: its protocol is "TCP", which encrypts nothing; allowed: HTTPS, TLS, and HTTP',
    ],
    ["UDP", "UDP", undefined, '"UDP"'],
    ["another spelling", "https", TLS, '"https"'],
    ["no protocol", undefined, TLS, "its protocol is not set"],
  ])("is refused with %s", async (_, protocol, tls, reason) => {
    expect((await judgeAll([listener(protocol, tls)])).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["protocol", listener(UNKNOWN), ".protocol"],
    ["settings", listener("HTTPS", UNKNOWN), ".tls"],
    ["certificates", listener("HTTPS", { certificateRefs: UNKNOWN }), ".certificateRefs"],
    ["mode", listener("TLS", { mode: UNKNOWN }), ".tls.mode"],
    ["settings of TLS", listener("TLS", UNKNOWN), ".tls"],
    ["place", gateway(UNKNOWN), ".listeners[0]"],
  ])("is undecided while its %s is not known", async (_, object, path) => {
    const { violations, undecided } = await judgeAll([object]);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("is not asked for more than decides", async () => {
    expect(await judgeAll([listener("TLS", { mode: "Passthrough", certificateRefs: UNKNOWN })])).toEqual(
      PASSED,
    );
    expect(await judgeAll([listener("TLS", { mode: UNKNOWN, ...TLS })])).toEqual(PASSED);
    expect((await judgeAll([listener("HTTPS", { mode: UNKNOWN })])).violations).toHaveLength(1);
  });

  it.each(["ListenerSet", "XListenerSet"])("is judged in a %s too", async (kind) => {
    const owner = (protocol: string, tls?: object) => ({
      ...gateway({ name: "web", port: 8000, protocol, tls }),
      kind,
    });
    expect(await judgeAll([owner("HTTPS", TLS)])).toEqual(PASSED);
    expect((await judgeAll([owner("TCP")])).violations).toEqual([
      expect.stringContaining(
        `${kind} ai-agents/edge, at .spec.listeners[0].protocol: its protocol is "TCP"`,
      ),
    ]);
    expect(await judgeAll([owner("HTTP"), route({ kind, name: "edge" })])).toEqual(PASSED);
    // A route of the Gateway of that name is none of the set, and the other way round.
    for (const other of [{ name: "edge" }, { kind: "Gateway", name: "edge" }]) {
      expect((await judgeAll([owner("HTTP"), route(other)])).violations).toHaveLength(1);
    }
    expect((await judgeAll([gateway(HTTP), route({ kind, name: "edge" })])).violations).toHaveLength(1);
  });

  it.each(["TCP", "UDP"])("is refused with %s, whatever route uses it", async (protocol) => {
    const tcp = route({ name: "edge" }, [TO_SERVICE], {}, `${protocol}Route`);
    expect((await judgeAll([listener(protocol), tcp])).violations).toEqual([
      expect.stringContaining(`its protocol is "${protocol}"`),
    ]);
  });

  it("is judged beside the others of its Gateway", async () => {
    const object = gateway(null);
    const listeners = [{ name: "https", protocol: "HTTPS", tls: TLS }, HTTP];
    expect((await judgeAll([{ ...object, spec: { listeners } }])).violations).toEqual([
      expect.stringContaining("Gateway ai-agents/edge, at .spec.listeners[1]: it serves plain HTTP"),
    ]);
  });
});

describe("listener-require-tls: plain HTTP", () => {
  it.each([
    ["by name", { name: "edge" }],
    ["by listener", { name: "edge", sectionName: "http" }],
    ["by port", { name: "edge", port: 8000 }],
    ["in full", { kind: "Gateway", name: "edge", namespace: "ai-agents", sectionName: "http", port: 8000 }],
    ["with nulls", { kind: null, name: "edge", namespace: null, sectionName: null, port: null }],
  ])("passes where a route refers to it %s and redirects", async (_, parent) => {
    expect(await judgeAll([gateway(HTTP), route(parent)])).toEqual(PASSED);
    expect((await judgeAll([gateway(HTTP), route(parent, [TO_SERVICE])])).violations).toEqual([
      expect.stringContaining(
        "it serves HTTPRoute ai-agents/route by plain HTTP. Give the listener protocol HTTPS",
      ),
    ]);
  });

  it.each([
    ["another Gateway", route({ name: "other" })],
    ["another listener", route({ name: "edge", sectionName: "https" })],
    ["another port", route({ name: "edge", port: 80 })],
    ["another kind", route({ kind: "Service", name: "edge" })],
    ["nothing", route({})],
    ["another namespace", route({ name: "edge", namespace: "other" })],
    ["its own namespace, which is another", route({ name: "edge" }, [TO_HTTPS], { namespace: "other" })],
    ["another cluster", resourceOf(route({ name: "edge" }), { region: "region-b" })],
  ])("is refused where a route refers to %s", async (_, object) => {
    expect((await judgeAll([gateway(HTTP), object])).violations).toEqual([
      expect.stringContaining("it serves plain HTTP, and no route of the stack redirects it."),
    ]);
  });

  it("passes where a route of another namespace redirects", async () => {
    const parent = { name: "edge", namespace: "ai-agents" };
    expect(await judgeAll([gateway(HTTP), route(parent, [TO_HTTPS], { namespace: "web" })])).toEqual(PASSED);
    const ownGateway = gateway(HTTP, { namespace: undefined });
    expect(
      await judgeAll([ownGateway, route({ name: "edge" }, [TO_HTTPS], { namespace: "default" })]),
    ).toEqual(PASSED);
  });

  it.each([
    ["no rules", []],
    ["rules that are null", null],
    ["one rule that leads to a Service", [TO_HTTPS, TO_SERVICE]],
    ["a redirect to HTTP", [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "http" } }] }]],
    [
      "a redirect without scheme",
      [{ filters: [{ type: "RequestRedirect", requestRedirect: { port: 443 } }] }],
    ],
    ["another filter", [{ filters: [{ type: "URLRewrite", requestRedirect: { scheme: "https" } }] }]],
  ])("is refused where a route has %s", async (_, rules) => {
    expect((await judgeAll(redirecting(rules))).violations).toHaveLength(1);
  });

  it("passes where a route has a redirect among its filters", async () => {
    const filters = [{ type: "RequestHeaderModifier" }, ...TO_HTTPS.filters];
    expect(await judgeAll(redirecting([{ filters }]))).toEqual(PASSED);
  });

  it("is refused for one route that leads to a Service, of gRPC too", async () => {
    const objects = [gateway(HTTP), route({ name: "edge" })];
    const grpc = route({ name: "edge" }, [TO_SERVICE], { name: "grpc" }, "GRPCRoute");
    expect((await judgeAll([...objects, grpc])).violations).toEqual([
      expect.stringContaining("GRPCRoute ai-agents/grpc"),
    ]);
  });

  it.each([
    ["name of the Gateway", [gateway(HTTP, { name: UNKNOWN }), route({ name: "edge" })], ".metadata.name"],
    ["reference of a route", [gateway(HTTP), route(UNKNOWN)], ".parentRefs[0]"],
    [
      "references of a route",
      [gateway(HTTP), { ...route(null), spec: { parentRefs: UNKNOWN, rules: [TO_HTTPS] } }],
      ".parentRefs",
    ],
    ["name in a reference", [gateway(HTTP), route({ name: UNKNOWN })], ".parentRefs[0].name"],
    ["kind in a reference", [gateway(HTTP), route({ kind: UNKNOWN, name: "edge" })], ".parentRefs[0].kind"],
    [
      "listener of a reference",
      [gateway(HTTP), route({ name: "edge", sectionName: UNKNOWN })],
      ".sectionName",
    ],
    [
      "namespace of a route",
      [gateway(HTTP), route({ name: "edge" }, [TO_SERVICE], { namespace: UNKNOWN })],
      ".namespace",
    ],
    ["rules of a route", redirecting(UNKNOWN), ".spec.rules"],
    [
      "scheme of a redirect",
      redirecting([{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: UNKNOWN } }] }]),
      ".scheme",
    ],
  ])("is undecided while the %s is not known", async (_, objects, path) => {
    const { violations, undecided } = await judgeAll(objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("is refused for a known route beside one that is not known", async () => {
    const objects = [gateway(HTTP), route({ name: "edge" }, [TO_SERVICE]), route({ name: UNKNOWN })];
    const { violations, undecided } = await judgeAll(objects);
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });
});

it("says nothing about other kinds", async () => {
  expect(await judgeAll([{ apiVersion: "v1", kind: "Service", metadata: { name: "web" } }])).toEqual(PASSED);
});
