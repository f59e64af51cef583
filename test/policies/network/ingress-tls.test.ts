import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../judge.ts";
import { ingress, judgeAll } from "./tls-objects.ts";

const PASSED = { violations: [], undecided: undefined };

const HOST = "agents.example.com";
const RULES = [{ host: HOST }];
const withTls = (...hosts: unknown[]) => ({ rules: RULES, tls: [{ hosts, secretName: "tls" }] });

describe("listener-require-tls: an Ingress", () => {
  it.each([
    ["a certificate for its host", withTls("other.example.com", HOST)],
    ["a wildcard certificate", withTls("*.example.com")],
    ["a certificate for all hosts", { rules: [{ host: HOST }, {}], tls: [{ secretName: "tls" }] }],
    ["a certificate of two", { rules: RULES, tls: [{ hosts: ["a.example.com"] }, { hosts: [HOST] }] }],
    ["no rules", { tls: [{ hosts: [HOST] }] }],
    [
      "a default backend and a certificate for all hosts",
      { defaultBackend: {}, tls: [{ hosts: [HOST] }, {}] },
    ],
    ["a default backend that is null", { ...withTls(HOST), defaultBackend: null }],
  ])("passes with %s", async (_, spec) => {
    expect(await judgeAll([ingress(spec)])).toEqual(PASSED);
  });

  it.each([
    [
      "no certificate",
      { rules: RULES },
      ".spec.tls: it has no certificate, and so serves plain HTTP. Add the host",
    ],
    ["an empty list", { rules: RULES, tls: [] }, ".spec.tls: it has no certificate"],
    ["a list that is null", { rules: RULES, tls: null }, ".spec.tls: it has no certificate"],
    [
      "a certificate for another host",
      withTls("other.example.com"),
      `it serves ${HOST} without a certificate`,
    ],
    ["a wildcard of another domain", withTls("*.example.org"), "without a certificate"],
    ["a wildcard of two labels", withTls("*.com"), "without a certificate"],
    [
      "a certificate for one host of two",
      { ...withTls(HOST), rules: [{ host: HOST }, { host: "b.example.com" }] },
      ".spec.rules[1].host: it serves b.example.com without",
    ],
    [
      "a rule with an empty host",
      { rules: [{ host: "" }], tls: [{ hosts: [HOST] }] },
      ".spec.rules[0].host: it serves every host without",
    ],
    [
      "a default backend",
      { ...withTls(HOST), defaultBackend: { service: { name: "web" } } },
      ".spec.defaultBackend: it serves every other host without a certificate in spec.tls. Remove it",
    ],
    [
      "a rule without host",
      { rules: [{}], tls: [{ hosts: [HOST] }] },
      ".spec.rules[0].host: it serves every host without",
    ],
  ])("is refused with %s", async (_, spec, reason) => {
    expect((await judgeAll([ingress(spec)])).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    "nginx.ingress.kubernetes.io",
    "haproxy-ingress.github.io",
    "haproxy.org",
    "ingress.kubernetes.io",
  ])("is refused where the controller of %s is told not to redirect", async (prefix) => {
    const redirect = `${prefix}/ssl-redirect`;
    for (const value of ["false", "False", "FALSE", "f", "F", "0", false]) {
      expect((await judgeAll([ingress(withTls(HOST), { a: "b", [redirect]: value })])).violations).toEqual([
        expect.stringContaining(
          `it serves on HTTP what it serves on HTTPS. Remove the annotation ${redirect}.`,
        ),
      ]);
    }
    for (const value of ["true", "1", null]) {
      expect(await judgeAll([ingress(withTls(HOST), { [redirect]: value })])).toEqual(PASSED);
    }
    expect((await judgeAll([ingress(withTls(HOST), { [redirect]: UNKNOWN })])).undecided).toContain(
      "ssl-redirect",
    );
  });

  it("is not asked for annotations that do not decide", async () => {
    expect(await judgeAll([ingress(withTls(HOST), { other: UNKNOWN, ssl: "false" })])).toEqual(PASSED);
  });

  it("is refused in a List", async () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [ingress({ rules: RULES }), ingress(withTls(HOST))],
    };
    expect((await judgeAll([list])).violations).toHaveLength(1);
  });

  it.each([
    ["certificates", ingress({ rules: RULES, tls: UNKNOWN }), ".spec.tls"],
    ["hosts of a certificate", ingress({ rules: RULES, tls: [{ hosts: UNKNOWN }] }), ".hosts"],
    ["host of a certificate", ingress(withTls(UNKNOWN)), ".hosts[0]"],
    ["host of a rule", ingress({ ...withTls(HOST), rules: [{ host: UNKNOWN }] }), ".rules[0].host"],
    ["class", ingress({ ...withTls(HOST), ingressClassName: UNKNOWN }), ".ingressClassName"],
    ["default backend", ingress({ ...withTls(HOST), defaultBackend: UNKNOWN }), ".spec.defaultBackend"],
    [
      "hosts of a certificate beside a default backend",
      ingress({ defaultBackend: {}, tls: [{ hosts: UNKNOWN }] }),
      ".tls[0].hosts",
    ],
    ["annotations", ingress(withTls(HOST), UNKNOWN), ".annotations"],
    [
      "annotations beside a class",
      ingress({ ...withTls(HOST), ingressClassName: "nginx" }, UNKNOWN),
      ".annotations",
    ],
  ])("is undecided while its %s is not known", async (_, object, path) => {
    const { violations, undecided } = await judgeAll([object]);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });
});

const ALB = "alb.ingress.kubernetes.io";
const BOTH = '[{"HTTP": 80}, {"HTTPS": 443}]';
const alb = (settings: Record<string, unknown>, spec: object = { ingressClassName: "alb" }) =>
  ingress(
    { rules: RULES, ...spec },
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${ALB}/${name}`, value])),
  );
const CERTIFICATE = { "certificate-arn": "arn:aws:acm:eu-west-1:1:certificate/a" };

describe("listener-require-tls: an Ingress of the AWS Load Balancer Controller", () => {
  it.each([
    ["a certificate, which means 443 alone", CERTIFICATE],
    ["HTTPS alone", { ...CERTIFICATE, "listen-ports": '[{"HTTPS": 443}]' }],
    ["HTTP that redirects", { ...CERTIFICATE, "listen-ports": BOTH, "ssl-redirect": "443" }],
    ["HTTPS alone, and a certificate that the controller finds", { "listen-ports": '[{"HTTPS": 443}]' }],
    ["the same and HTTP that redirects", { "listen-ports": BOTH, "ssl-redirect": "443" }],
  ])("passes with %s", async (_, settings) => {
    expect(await judgeAll([alb(settings)])).toEqual(PASSED);
  });

  it.each([
    ["nothing", {}, 'certificate-arn"]: it has no certificate'],
    ["an empty certificate", { "certificate-arn": "" }, "it has no certificate"],
    [
      "HTTP alone",
      { ...CERTIFICATE, "listen-ports": '[{"HTTP": 80}]' },
      "it listens for HTTP, and not for HTTPS. Set",
    ],
    ["no ports", { ...CERTIFICATE, "listen-ports": "[]" }, "it listens for nothing, and not for HTTPS."],
    [
      "HTTP that does not redirect",
      { ...CERTIFICATE, "listen-ports": BOTH },
      "it serves on HTTP what it serves on HTTPS.",
    ],
    ["an empty redirect", { ...CERTIFICATE, "listen-ports": BOTH, "ssl-redirect": "" }, "it serves on HTTP"],
  ])("is refused with %s", async (_, settings, reason) => {
    expect((await judgeAll([alb(settings)])).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["certificate", { "certificate-arn": UNKNOWN }, "certificate-arn"],
    ["ports", { ...CERTIFICATE, "listen-ports": UNKNOWN }, "listen-ports"],
    ["redirect", { ...CERTIFICATE, "listen-ports": BOTH, "ssl-redirect": UNKNOWN }, "ssl-redirect"],
  ])("is undecided while its %s is not known", async (_, settings, path) => {
    const { violations, undecided } = await judgeAll([alb(settings)]);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it.each([
    ['{"HTTPS": 443}', 'listen-ports"]: expected a list of ports, got {"HTTPS": 443}'],
    ["443", "expected a list of ports, got 443"],
    ["HTTPS", "is not valid JSON"],
  ])("cannot be judged with the ports %s", async (ports, reason) => {
    await expect(judgeAll([alb({ ...CERTIFICATE, "listen-ports": ports })])).rejects.toThrow(reason);
  });

  it("is one by a class that the stack makes", async () => {
    const ingressClass = (name: unknown, controller: unknown) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name },
      spec: { controller },
    });
    const object = alb({}, { ...withTls(HOST), ingressClassName: "public" });
    const own = ingressClass("public", "ingress.k8s.aws/alb");
    expect((await judgeAll([object, own])).violations).toEqual([expect.stringContaining("certificate-arn")]);
    for (const other of [
      ingressClass("public", "k8s.io/ingress-nginx"),
      ingressClass("other", "ingress.k8s.aws/alb"),
      ingressClass("other", UNKNOWN),
      ingressClass(UNKNOWN, "k8s.io/ingress-nginx"),
    ]) {
      expect(await judgeAll([object, other])).toEqual(PASSED);
    }
    expect((await judgeAll([alb({}), own])).violations).toHaveLength(1);
    expect((await judgeAll([object, ingressClass("public", UNKNOWN)])).undecided).toContain(
      ".spec.controller",
    );
    const unnamed = ingressClass(UNKNOWN, "ingress.k8s.aws/alb");
    expect((await judgeAll([object, unnamed])).undecided).toContain(".metadata.name");
  });

  it("is one by the class that the configuration lists, in the old way too", async () => {
    const config = { loadBalancerClasses: ["internal-alb"] };
    expect(await judgeAll([alb(CERTIFICATE, { ingressClassName: "internal-alb" })], config)).toEqual(PASSED);
    expect((await judgeAll([alb(CERTIFICATE)], config)).violations).toHaveLength(1);
    expect((await judgeAll([alb(CERTIFICATE, {})])).violations).toHaveLength(1);
    const annotations = { "kubernetes.io/ingress.class": "alb", [`${ALB}/certificate-arn`]: "arn" };
    expect(await judgeAll([ingress({ rules: RULES }, annotations)])).toEqual(PASSED);
    expect(
      (await judgeAll([ingress({ rules: RULES, ingressClassName: "nginx" }, annotations)])).violations,
    ).toHaveLength(1);
  });
});
