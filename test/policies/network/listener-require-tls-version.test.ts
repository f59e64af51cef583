import { describe, expect, it } from "vitest";
import { listenerRequireTlsVersion } from "../../../policies/network/listener-require-tls-version.ts";
import { judge, type KubernetesObject, UNKNOWN } from "../judge.ts";

const PASSED = { violations: [], undecided: undefined };
const ALB = "alb.ingress.kubernetes.io";

const metadata = { name: "edge", namespace: "ai-agents" };
const option = (minVersion: unknown) => ({
  apiVersion: "traefik.io/v1alpha1",
  kind: "TLSOption",
  metadata,
  spec: { minVersion },
});
const client = (tls: unknown) => ({
  apiVersion: "gateway.envoyproxy.io/v1alpha1",
  kind: "ClientTrafficPolicy",
  metadata,
  spec: { tls },
});
const ingress = (annotations: unknown) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { ...metadata, annotations },
});
const alb = (policy: unknown, certificate: unknown = "arn:aws:acm:eu-west-1:1:certificate/a") =>
  ingress({ [`${ALB}/certificate-arn`]: certificate, [`${ALB}/ssl-policy`]: policy });
const judgeObject = (object: KubernetesObject) => judge(listenerRequireTlsVersion, object);

describe("listener-require-tls-version", () => {
  it.each([
    ["Traefik's default", option(undefined)],
    ["Traefik's default, by null", option(null)],
    ["TLS 1.2 of Traefik", option("VersionTLS12")],
    ["TLS 1.3 of Traefik", option("VersionTLS13")],
    ["Envoy's default", client(undefined)],
    ["Envoy's default, said", client({ minVersion: "Auto" })],
    ["TLS 1.2 of Envoy", client({ minVersion: "1.2" })],
    ["TLS 1.3 of Envoy", client({ minVersion: "1.3" })],
    ["an Ingress without certificate", ingress({})],
    ["an Ingress without annotations", ingress(null)],
    ...[
      "TLS13-1-2-2021-06",
      "TLS13-1-2-Res-2021-06",
      "TLS13-1-3-2021-06",
      "TLS-1-2-2017-01",
      "TLS-1-2-Ext-2018-06",
      "FS-1-2-Res-2020-10",
    ].map((name): [string, KubernetesObject] => [name, alb(`ELBSecurityPolicy-${name}`)]),
  ])("allows %s", async (_, object) => {
    expect(await judgeObject(object)).toEqual(PASSED);
  });

  it.each([
    [
      "TLS 1.0 of Traefik",
      option("VersionTLS10"),
      '.spec.minVersion: the least version is "VersionTLS10"; allowed: VersionTLS12, VersionTLS13. Ask',
    ],
    ["TLS 1.1 of Traefik", option("VersionTLS11"), "VersionTLS11"],
    ["an empty version", option(""), '""'],
    ["a version of no text", option(1.2), "is 1.2; allowed"],
    [
      "TLS 1.0 of Envoy",
      client({ minVersion: "1.0" }),
      '.spec.tls.minVersion: the least version is "1.0"; allowed: Auto, 1.2, 1.3.',
    ],
    ["TLS 1.1 of Envoy", client({ minVersion: "1.1" }), '"1.1"'],
    [
      "no policy of a load balancer",
      alb(undefined),
      "the least version is not set, which means TLS 1.0; allowed: ELBSecurityPolicy-TLS13",
    ],
    ["a policy that is null", alb(null), "not set, which means TLS 1.0"],
    [
      "a policy without certificate",
      ingress({ [`${ALB}/ssl-policy`]: "ELBSecurityPolicy-2016-08" }),
      "2016-08",
    ],
    ...[
      "2016-08",
      "FS-2018-06",
      "FS-1-1-2019-08",
      "TLS-1-0-2015-04",
      "TLS-1-1-2017-01",
      "TLS13-1-0-2021-06",
      "TLS13-1-1-2021-06",
    ].map((name): [string, KubernetesObject, string] => [name, alb(`ELBSecurityPolicy-${name}`), name]),
  ])("refuses %s", async (_, object, reason) => {
    expect((await judgeObject(object)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["version of Traefik", option(UNKNOWN), ".spec.minVersion"],
    ["version of Envoy", client({ minVersion: UNKNOWN }), ".spec.tls.minVersion"],
    ["policy of a load balancer", alb(UNKNOWN), "ssl-policy"],
    ["annotations", ingress(UNKNOWN), ".metadata.annotations"],
  ])("leaves an object undecided while the %s is not known", async (_, object, path) => {
    const { violations, undecided } = await judgeObject(object);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for the certificate", async () => {
    expect(await judgeObject(alb("ELBSecurityPolicy-TLS13-1-2-2021-06", UNKNOWN))).toEqual(PASSED);
    expect((await judgeObject(alb(undefined, UNKNOWN))).violations).toHaveLength(1);
  });

  it("says nothing about other kinds", async () => {
    expect(await judgeObject({ ...option("VersionTLS10"), kind: "TLSStore" })).toEqual(PASSED);
  });
});
