import { describe, expect, it } from "vitest";
import { resourceOf, UNKNOWN } from "../judge.ts";
import { ingress, judgeAll, middleware } from "./tls-objects.ts";

const PASSED = { violations: [], undecided: undefined };

const MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares";
const plain = (names: unknown) =>
  ingress({ rules: [{ host: "agents.example.com" }] }, { [MIDDLEWARES]: names });

describe("listener-require-tls: an Ingress of Traefik without certificate", () => {
  it.each([
    ["alone", "ai-agents-to-https@kubernetescrd"],
    ["among others", "ai-agents-limit@kubernetescrd, ai-agents-to-https@kubernetescrd"],
  ])("passes with a Middleware that redirects, %s", async (_, names) => {
    expect(await judgeAll([plain(names), middleware()])).toEqual(PASSED);
  });

  it("passes with a Middleware of the namespace default", async () => {
    const object = middleware(undefined, { namespace: undefined });
    expect(await judgeAll([plain("default-to-https@kubernetescrd"), object])).toEqual(PASSED);
  });

  it.each([
    ["no Middleware", plain(undefined), middleware()],
    ["one that is not there", plain("ai-agents-other@kubernetescrd"), middleware()],
    [
      "one of another namespace",
      plain("ai-agents-to-https@kubernetescrd"),
      middleware(undefined, { namespace: "other" }),
    ],
    ["one of another provider", plain("ai-agents-to-https@file"), middleware()],
    [
      "one of another scheme",
      plain("ai-agents-to-https@kubernetescrd"),
      middleware({ redirectScheme: { scheme: "http" } }),
    ],
    [
      "one that does something else",
      plain("ai-agents-to-https@kubernetescrd"),
      middleware({ rateLimit: {} }),
    ],
    [
      "one of another cluster",
      plain("ai-agents-to-https@kubernetescrd"),
      resourceOf(middleware(), { region: "region-b" }),
    ],
  ])("is refused with %s", async (_, object, other) => {
    expect((await judgeAll([object, other])).violations).toEqual([
      expect.stringContaining("it has no certificate"),
    ]);
  });

  it.each([
    ["names", plain(UNKNOWN), middleware(), "router.middlewares"],
    [
      "scheme",
      plain("ai-agents-to-https@kubernetescrd"),
      middleware({ redirectScheme: { scheme: UNKNOWN } }),
      ".redirectScheme.scheme",
    ],
    [
      "Middleware's namespace",
      plain("ai-agents-to-https@kubernetescrd"),
      middleware(undefined, { namespace: UNKNOWN }),
      ".namespace",
    ],
    [
      "Middleware's name",
      plain("ai-agents-to-https@kubernetescrd"),
      middleware(undefined, { name: UNKNOWN }),
      ".name",
    ],
  ])("is undecided while the %s is not known", async (_, object, other, path) => {
    const { violations, undecided } = await judgeAll([object, other]);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("is not asked for Middlewares where it has a certificate", async () => {
    const object = ingress({ tls: [{ secretName: "tls" }] }, { [MIDDLEWARES]: UNKNOWN });
    expect(await judgeAll([object, middleware()])).toEqual(PASSED);
  });
});

const traefik = (kind: string, spec: object, metadata: object = {}) => ({
  apiVersion: "traefik.io/v1alpha1",
  kind,
  metadata: { name: "web", namespace: "ai-agents", ...metadata },
  spec,
});
const through = (...middlewares: unknown[]) =>
  traefik("IngressRoute", { routes: [{ match: "Host(`a`)", middlewares }] });

describe("listener-require-tls: a route of Traefik", () => {
  it.each(["IngressRoute", "IngressRouteTCP"])("passes as an %s with TLS", async (kind) => {
    for (const tls of [{}, { secretName: "tls" }, { passthrough: true }]) {
      expect(await judgeAll([traefik(kind, { tls, routes: [{}] })])).toEqual(PASSED);
    }
  });

  it.each([
    ["IngressRoute", "plain HTTP"],
    ["IngressRouteTCP", "plain TCP"],
  ])("is refused as an %s without TLS", async (kind, what) => {
    for (const tls of [undefined, null]) {
      expect((await judgeAll([traefik(kind, { tls, routes: [{}] })])).violations).toEqual([
        expect.stringContaining(
          `${kind} ai-agents/web, at .spec.tls: it is not set, and so the route serves ${what}. Set spec.tls`,
        ),
      ]);
    }
  });

  it("is refused as an IngressRouteUDP, whatever it says", async () => {
    expect((await judgeAll([traefik("IngressRouteUDP", { tls: {} })])).violations).toEqual([
      expect.stringContaining("at .spec: it forwards UDP, which Traefik does not encrypt. Use"),
    ]);
  });

  it.each([
    ["of its namespace", { name: "to-https" }],
    ["of its namespace, with null", { name: "to-https", namespace: null }],
    ["of a namespace that it names", { name: "to-https", namespace: "ai-agents" }],
    ["by Traefik's name", { name: "ai-agents-to-https@kubernetescrd" }],
  ])("passes without TLS where a Middleware %s redirects", async (_, reference) => {
    expect(await judgeAll([through({ name: "limit" }, reference), middleware()])).toEqual(PASSED);
  });

  it("passes where both are of the namespace default", async () => {
    const object = { ...through({ name: "to-https" }), metadata: { name: "web" } };
    expect(await judgeAll([object, middleware(undefined, { namespace: "default" })])).toEqual(PASSED);
  });

  it.each([
    ["none", through(), middleware()],
    ["one of another name", through({ name: "other" }), middleware()],
    ["one of another namespace", through({ name: "to-https", namespace: "other" }), middleware()],
    [
      "one that stands in another namespace",
      through({ name: "to-https" }),
      middleware(undefined, { namespace: "b" }),
    ],
    ["one of another source", through({ name: "ai-agents-to-https@file" }), middleware()],
    ["one that does something else", through({ name: "to-https" }), middleware({ rateLimit: {} })],
    [
      "one of another cluster",
      through({ name: "to-https" }),
      resourceOf(middleware(), { region: "region-b" }),
    ],
    [
      "one for one route of two",
      traefik("IngressRoute", { routes: [{ middlewares: [{ name: "to-https" }] }, {}] }),
      middleware(),
    ],
    [
      "one, as a route of TCP",
      traefik("IngressRouteTCP", { routes: [{ middlewares: [{ name: "to-https" }] }] }),
      middleware(),
    ],
  ])("is refused without TLS where it uses %s", async (_, object, other) => {
    expect((await judgeAll([object, other])).violations).toEqual([
      expect.stringContaining("at .spec.tls: it is not set"),
    ]);
  });

  it.each([
    ["settings of TLS", [traefik("IngressRoute", { tls: UNKNOWN, routes: [{}] })], ".spec.tls"],
    ["settings of TLS, of TCP", [traefik("IngressRouteTCP", { tls: UNKNOWN })], ".spec.tls"],
    ["routes", [traefik("IngressRoute", { routes: UNKNOWN }), middleware()], ".spec.routes"],
    ["reference", [through(UNKNOWN), middleware()], ".middlewares[0]"],
    ["name in a reference", [through({ name: UNKNOWN }), middleware()], ".middlewares[0].name"],
    [
      "namespace of a Middleware",
      [through({ name: "to-https" }), middleware(undefined, { namespace: UNKNOWN })],
      ".metadata.namespace",
    ],
  ])("is undecided while the %s are not known", async (_, objects, path) => {
    const { violations, undecided } = await judgeAll(objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("is not asked for TLS where it redirects", async () => {
    const spec = { tls: UNKNOWN, routes: [{ middlewares: [{ name: "to-https" }] }] };
    expect(await judgeAll([traefik("IngressRoute", spec), middleware()])).toEqual(PASSED);
  });
});
