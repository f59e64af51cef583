import { describe, expect, it } from "vitest";
import { parseDuration } from "../../../policies/claude/route-times.ts";
import { turnRequireRouteTime } from "../../../policies/claude/turn-require-route-time.ts";
import { judgeStack, type KubernetesObject, UNKNOWN } from "../judge.ts";
import { inRegion, runtime, turnOf } from "./objects.ts";

const metadata = { name: "agent", namespace: "ai-agents" };
const PASSES = { violations: [], undecided: undefined };

function service(selector: unknown = { app: "claude-agent" }, name: unknown = "agent"): KubernetesObject {
  return { apiVersion: "v1", kind: "Service", metadata: { ...metadata, name }, spec: { selector } };
}

function route(
  timeouts: unknown,
  rule: object = { backendRefs: [{ name: "agent" }] },
  fields: object = {},
): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata,
    spec: {
      parentRefs: [{ name: "edge" }, { name: "shared", namespace: "infra" }],
      rules: [{ ...rule, timeouts }],
      ...fields,
    },
  };
}

function trafficPolicy(http: unknown, targets: object): KubernetesObject {
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "BackendTrafficPolicy",
    metadata,
    spec: { ...targets, timeout: { http } },
  };
}

function ingress(annotations: unknown, spec: object = {}, name: unknown = "agent"): KubernetesObject {
  const paths = [{ path: "/", backend: { service: { name } } }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { ...metadata, annotations },
    spec: { rules: [{ http: { paths } }], ...spec },
  };
}

const judgeEdge = (...edge: KubernetesObject[]) =>
  judgeStack(turnRequireRouteTime, inRegion("region-a", runtime(), service(), ...edge));

const NGINX = "nginx.ingress.kubernetes.io/proxy-read-timeout";
const ALB = "alb.ingress.kubernetes.io/load-balancer-attributes";
const ROUTE = { targetRefs: [{ kind: "HTTPRoute", name: "agent" }] };

describe("turn-require-route-time", () => {
  it.each([
    ["no time-out", undefined],
    ["null", null],
    ["a time-out above the longest turn", { request: "601s", backendRequest: "10m1s" }],
    ["time-outs that are switched off", { request: "0s", backendRequest: "0h" }],
  ])("allows a route with %s", async (_, timeouts) => {
    expect(await judgeEdge(route(timeouts))).toEqual(PASSES);
  });

  it.each([
    [
      "as long as the longest turn",
      { request: "600s" },
      "HTTPRoute ai-agents/agent, at .spec.rules[0].timeouts.request: the time-out of a request is 600 s, and a turn may take 600 s. Write more than 600 s.",
    ],
    [
      "to a pod",
      { backendRequest: "10m" },
      "timeouts.backendRequest: the time-out of a request to a pod is 600 s",
    ],
    ["that is none", { request: "1 hour" }, 'is "1 hour", and a turn'],
    ["that is a number", { request: 900 }, "is 900, and a turn"],
  ])("refuses a time-out of a route %s", async (_, timeouts, reason) => {
    expect((await judgeEdge(route(timeouts))).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("compares with the turn of these pods", async () => {
    const pods = runtime({ container: turnOf("60") });
    const judgeShort = (request: string) =>
      judgeStack(turnRequireRouteTime, inRegion("region-a", pods, service(), route({ request })));
    expect(await judgeShort("61s")).toEqual(PASSES);
    expect((await judgeShort("60s")).violations).toHaveLength(1);
  });

  it.each([
    ["a route to something else", [route({ request: "1s" }, { backendRefs: [{ name: "web" }] })]],
    ["a route that redirects", [route({ request: "1s" }, {})]],
    ["an Ingress to something else", [ingress({ [NGINX]: "1" }, {}, "web")]],
    [
      "what is set for another route",
      [route({}), trafficPolicy({ requestTimeout: "1s" }, { targetRef: { kind: "HTTPRoute", name: "web" } })],
    ],
    [
      "what is set for another kind",
      [
        route({}),
        trafficPolicy({ requestTimeout: "1s" }, { targetRef: { kind: "GRPCRoute", name: "agent" } }),
      ],
    ],
    [
      "what is set for a Gateway elsewhere",
      [
        route({}),
        trafficPolicy({ requestTimeout: "1s" }, { targetRef: { kind: "Gateway", name: "shared" } }),
      ],
    ],
    [
      "what an object of another kind sets",
      [route({}), { ...trafficPolicy({ requestTimeout: "1s" }, ROUTE), kind: "ClientTrafficPolicy" }],
    ],
    ["a route of another kind", [{ ...route({ request: "1s" }), kind: "GRPCRoute" }]],
  ])("says nothing about %s", async (_, edge) => {
    expect(await judgeEdge(...edge)).toEqual(PASSES);
  });

  it.each([
    ["without selector", {}],
    ["without any selector", undefined],
    ["with another selector", { app: "claude-agent", tier: "store" }],
  ])("follows no Service %s", async (_, selector) => {
    const resources = inRegion("region-a", runtime(), service(selector ?? null), route({ request: "1s" }));
    expect(await judgeStack(turnRequireRouteTime, resources)).toEqual(PASSES);
  });

  it("takes nothing but a Service for one", async () => {
    const pods = runtime({ name: "agent" });
    const selecting = {
      ...pods,
      spec: { ...(pods["spec"] as object), selector: { matchLabels: { app: "claude-agent" } } },
    };
    const other = { ...service(), kind: "Other" };
    const resources = inRegion("region-a", selecting, other, service({ app: "x" }), route({ request: "1s" }));
    expect(await judgeStack(turnRequireRouteTime, resources)).toEqual(PASSES);
  });

  it("looks at one region at a time, and at the runtime alone", async () => {
    const far = [
      ...inRegion("region-a", runtime()),
      ...inRegion("region-b", service(), route({ request: "1s" })),
    ];
    expect(await judgeStack(turnRequireRouteTime, far)).toEqual(PASSES);
    const web = inRegion(
      "region-a",
      runtime({ labels: { app: "web" } }),
      service({ app: "web" }),
      route({ request: "1s" }),
    );
    expect(await judgeStack(turnRequireRouteTime, web)).toEqual(PASSES);
  });

  it.each([
    ["the route", ROUTE],
    ["the route, in the older form", { targetRef: { kind: "HTTPRoute", name: "agent" } }],
    ["its Gateway", { targetRefs: [{ kind: "Gateway", name: "edge" }] }],
  ])("refuses what Envoy is told for %s", async (_, targets) => {
    const policy = trafficPolicy({ requestTimeout: "15s" }, targets);
    expect((await judgeEdge(route({}), policy)).violations).toEqual([
      expect.stringContaining(
        "BackendTrafficPolicy ai-agents/agent, at .spec.timeout.http.requestTimeout: the time-out of a request is 15 s",
      ),
    ]);
  });

  it.each([
    ["maxStreamDuration", "the longest stream is 5 s"],
    ["maxConnectionDuration", "the longest connection is 5 s"],
  ])("refuses a short %s", async (key, reason) => {
    const { violations } = await judgeEdge(route({}), trafficPolicy({ [key]: "5s" }, ROUTE));
    expect(violations).toEqual([expect.stringContaining(reason)]);
  });

  it("allows what Envoy is told where it is long enough or switched off", async () => {
    const http = { requestTimeout: "0s", maxStreamDuration: "1h", connectionIdleTimeout: "5s" };
    expect(await judgeEdge(route({}), trafficPolicy(http, ROUTE))).toEqual(PASSES);
    expect(await judgeEdge(route({}), trafficPolicy(null, ROUTE))).toEqual(PASSES);
  });

  it.each([
    ["of Traefik", undefined, { ingressClassName: "traefik" }],
    ["of no class", undefined, {}],
    ["of NGINX that waits", { [NGINX]: "601" }, { ingressClassName: "nginx" }],
    [
      "of AWS that waits",
      { [ALB]: "x=1, idle_timeout.timeout_seconds=615 ,y=2" },
      { ingressClassName: "alb" },
    ],
  ])("allows an Ingress %s", async (_, annotations, spec) => {
    expect(await judgeEdge(ingress(annotations, spec))).toEqual(PASSES);
  });

  it.each([
    [
      "of NGINX as it comes",
      undefined,
      { ingressClassName: "nginx" },
      'proxy-read-timeout"]: the time-out of a silent request is 60 s',
    ],
    ["of NGINX that waits too little", { [NGINX]: "600" }, {}, "is 600 s"],
    ["of NGINX with a unit", { [NGINX]: "900s" }, {}, 'is "900s"'],
    ["of NGINX with a word before the number", { [NGINX]: "x900" }, {}, 'is "x900"'],
    ["of AWS as it comes", undefined, { ingressClassName: "alb" }, "is 60 s"],
    ["of AWS with other attributes alone", { [ALB]: "x=1" }, {}, "is 60 s"],
    ["of AWS that waits too little", { [ALB]: "idle_timeout.timeout_seconds=600" }, {}, "is 600 s"],
    ["of AWS with a number for attributes", { [ALB]: 900 }, {}, "is 900, and"],
    [
      "for everything else",
      { [NGINX]: "5" },
      { rules: undefined, defaultBackend: { service: { name: "agent" } } },
      "is 5 s",
    ],
  ])("refuses an Ingress %s", async (_, annotations, spec, reason) => {
    expect((await judgeEdge(ingress(annotations, spec))).violations).toEqual([
      expect.stringContaining(reason),
    ]);
  });

  it("refuses a turn that is no number, once there is something to compare", async () => {
    const pods = runtime({ container: turnOf("ten") });
    const judgePods = (...edge: KubernetesObject[]) =>
      judgeStack(turnRequireRouteTime, inRegion("region-a", pods, service(), ...edge));
    expect(await judgePods(route({}))).toEqual(PASSES);
    expect((await judgePods(route({ request: "1h" }))).violations).toEqual([
      expect.stringContaining('MAX_TURN_SECONDS is "ten"'),
    ]);
  });

  it.each([
    ["the time-out", route({ request: UNKNOWN }), ".timeouts.request"],
    ["all time-outs", route(UNKNOWN), ".timeouts"],
    [
      "the name of a backend",
      route({ request: "1s" }, { backendRefs: [{ name: UNKNOWN }] }),
      ".backendRefs[0].name",
    ],
    ["an annotation", ingress({ [NGINX]: UNKNOWN }), "proxy-read-timeout"],
    ["the class of an Ingress", ingress(undefined, { ingressClassName: UNKNOWN }), ".ingressClassName"],
    [
      "the class, beside what NGINX waits",
      ingress({ [NGINX]: "601" }, { ingressClassName: UNKNOWN }),
      ".ingr",
    ],
    [
      "the class and the rules",
      ingress(undefined, { rules: UNKNOWN, ingressClassName: "alb" }),
      ".spec.rules",
    ],
  ])("is undecided while %s is not known", async (_, edge, path) => {
    const { violations, undecided } = await judgeEdge(edge);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("is undecided while the name of the Service or the label of the pods is not known", async () => {
    const open = [
      inRegion("region-a", runtime(), service({ app: "claude-agent" }, UNKNOWN), route({ request: "1s" })),
      inRegion("region-a", runtime({ labels: { app: UNKNOWN } }), service(), route({ request: "1s" })),
    ];
    for (const resources of open) {
      const { violations, undecided } = await judgeStack(turnRequireRouteTime, resources);
      expect(violations).toEqual([]);
      expect(undecided).toBeDefined();
    }
  });

  it.each([
    ["the tier of the pods", UNKNOWN, { tier: "coordinator" }, ".spec.template.metadata.labels.tier"],
    ["the tier that a Service selects", "coordinator", { tier: UNKNOWN }, ".spec.selector.tier"],
    ["what a Service selects", "coordinator", UNKNOWN, ".spec.selector"],
  ])("is undecided while %s is not known", async (_, tier, selector, path) => {
    const pods = runtime({ labels: { app: "claude-agent", tier } });
    const resources = (...edge: KubernetesObject[]) => inRegion("region-a", pods, service(selector), ...edge);
    const open = await judgeStack(turnRequireRouteTime, resources(route({ request: "1s" })));
    expect(open.violations).toEqual([]);
    expect(open.undecided).toContain(`${path};`);
    const long = route({ request: "1h" });
    const elsewhere = route({ request: "1s" }, { backendRefs: [{ name: "web" }] });
    expect(await judgeStack(turnRequireRouteTime, resources(long, elsewhere))).toEqual(PASSES);
  });

  it("refuses what a Service is known to lead to, whatever is not known of another of its name", async () => {
    const resources = inRegion("region-a", runtime(), service(UNKNOWN), service(), route({ request: "1s" }));
    const { violations, undecided } = await judgeStack(turnRequireRouteTime, resources);
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });

  it.each([
    [
      "a target of what Envoy is told",
      route({}),
      { targetRef: { kind: "HTTPRoute", name: UNKNOWN } },
      ".targetRef.name",
    ],
    ["the targets", route({}), { targetRefs: UNKNOWN }, ".targetRefs"],
    ["the route's name", { ...route({}), metadata: { ...metadata, name: UNKNOWN } }, ROUTE, ".metadata.name"],
    [
      "the Gateway of the route",
      route({}, undefined, { parentRefs: [{ name: UNKNOWN }] }),
      { targetRef: { kind: "Gateway", name: "edge" } },
      ".parentRefs[0].name",
    ],
  ])("is undecided while %s is not known", async (_, edge, targets, path) => {
    const { violations, undecided } = await judgeEdge(edge, trafficPolicy({ requestTimeout: "1s" }, targets));
    expect(violations).toEqual([]);
    expect(undecided).toContain(`${path};`);
    expect(await judgeEdge(edge, trafficPolicy({ requestTimeout: "1h" }, targets))).toEqual(PASSES);
  });

  it.each([
    ["name of a backend of a route without time-outs", route({}, { backendRefs: [{ name: UNKNOWN }] })],
    [
      "class of an Ingress that waits under every controller",
      ingress({ [NGINX]: "601", [ALB]: "idle_timeout.timeout_seconds=601" }, { ingressClassName: UNKNOWN }),
    ],
    ["class of an Ingress to something else", ingress(undefined, { ingressClassName: UNKNOWN }, "web")],
  ])("needs no %s", async (_, edge) => {
    expect(await judgeEdge(edge)).toEqual(PASSES);
  });

  it("needs no class of an Ingress where turns are shorter than controllers wait", async () => {
    const pods = runtime({ container: turnOf("59") });
    const edge = ingress(undefined, { ingressClassName: UNKNOWN });
    expect(await judgeStack(turnRequireRouteTime, inRegion("region-a", pods, service(), edge))).toEqual(
      PASSES,
    );
  });
});

describe("a duration of the Gateway API", () => {
  it.each([
    ["1h30m", 5400],
    ["10s", 10],
    ["500ms", 0.5],
    ["1h1m1s1ms", 3661.001],
    ["0s", 0],
    ["", undefined],
    ["10", undefined],
    ["1.5s", undefined],
    ["-1s", undefined],
    ["1d", undefined],
    ["100000s", undefined],
    ["1s1s1s1s1s", undefined],
    [10, undefined],
    [["10s"], undefined],
  ])("%j is %s s", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
});
