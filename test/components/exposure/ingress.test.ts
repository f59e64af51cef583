import { Middleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";
import { describe, expect, test } from "vitest";
import { ALB, buildExposure, CERT_MANAGER, CERTIFICATE_ARN, type Settings } from "./build-exposure.ts";

const TRAEFIK: Settings = { ...CERT_MANAGER, kind: "ingress" };
const ROUTER = "traefik.ingress.kubernetes.io/router";
const ALB_PREFIX = "alb.ingress.kubernetes.io/";

const path = (service: string) => ({
  paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: service, port: { number: 80 } } } }],
});
const RULES = [
  { host: "agents.example.com", http: path("claude-agent-coordinator") },
  { host: "eu.agents.example.com", http: path("claude-agent-coordinator") },
  { host: "support.agents.example.com", http: path("claude-agent-support") },
];

describe("an Ingress of Traefik", () => {
  test("comes with exactly the certificate, the limit and the redirect", async () => {
    const { kinds, urls, secretName } = await buildExposure(TRAEFIK);
    expect(kinds).toEqual({
      certificate: "Certificate",
      "rate-limit": "Middleware",
      "redirect-middleware": "Middleware",
      ingress: "Ingress",
      redirect: "Ingress",
    });
    expect(urls).toEqual(["https://agents.example.com", "https://eu.agents.example.com"]);
    expect(secretName).toBe("claude-agent-tls");
  });

  test("takes every host by HTTPS alone, behind the limit", async () => {
    const { inputsOf } = await buildExposure(TRAEFIK, ["support"]);
    const { metadata, spec } = inputsOf("ingress");
    expect(metadata).toMatchObject({ name: "claude-agent", namespace: "ai-agents" });
    expect(metadata.annotations).toEqual({
      "pulumi.com/skipAwait": "true",
      [`${ROUTER}.entrypoints`]: "websecure",
      [`${ROUTER}.tls`]: "true",
      [`${ROUTER}.middlewares`]: "ai-agents-claude-agent-rate-limit@kubernetescrd",
    });
    expect(spec).toEqual({
      ingressClassName: "traefik",
      tls: [{ hosts: RULES.map(({ host }) => host), secretName: "claude-agent-tls" }],
      rules: RULES,
    });
  });

  test("is redirected to by one for plain HTTP, which has no certificate", async () => {
    const { inputsOf } = await buildExposure(TRAEFIK, ["support"]);
    const { metadata, spec } = inputsOf("redirect");
    expect(metadata.annotations).toMatchObject({
      [`${ROUTER}.entrypoints`]: "web",
      [`${ROUTER}.middlewares`]: "ai-agents-claude-agent-https-redirect@kubernetescrd",
    });
    expect(metadata.annotations).not.toHaveProperty(`${ROUTER}.tls`);
    expect(spec).toEqual({ ingressClassName: "traefik", rules: RULES });
    expect(inputsOf("redirect-middleware").spec).toEqual({
      redirectScheme: { scheme: "https", permanent: true },
    });
  });

  test("without TLS and limit is the only object, without any Middleware", async () => {
    const { kinds, inputsOf, urls } = await buildExposure({
      kind: "ingress",
      host: "agents.localhost",
      requestsPerMinute: "none",
    });
    expect(kinds).toEqual({ ingress: "Ingress" });
    expect(inputsOf("ingress").metadata.annotations).toEqual({
      "pulumi.com/skipAwait": "true",
      [`${ROUTER}.entrypoints`]: "web",
    });
    expect(inputsOf("ingress").spec.tls).toBeUndefined();
    expect(urls).toEqual(["http://agents.localhost", "http://eu.agents.localhost"]);
  });

  test("without a host takes every host", async () => {
    const { inputsOf } = await buildExposure({ kind: "ingress", requestsPerMinute: "none" });
    expect(inputsOf("ingress").spec.rules).toEqual([{ http: path("claude-agent-coordinator") }]);
  });

  test("has Middlewares that are valid by the published models", async () => {
    const { inputsOf } = await buildExposure(TRAEFIK);
    for (const role of ["rate-limit", "redirect-middleware"]) new Middleware(inputsOf(role)).validate();
  });
});

describe("an Ingress of the AWS Load Balancer Controller", () => {
  test("is the only object, with every host", async () => {
    const { kinds, inputsOf, secretName, urls } = await buildExposure(ALB, ["support"]);
    expect(kinds).toEqual({ ingress: "Ingress" });
    expect(inputsOf("ingress").spec).toEqual({ ingressClassName: "alb", rules: RULES });
    expect(secretName).toBeUndefined();
    expect(urls[0]).toBe("https://agents.example.com");
  });

  test("ends TLS with the certificate of ACM, redirects, and waits longer than any turn", async () => {
    const { inputsOf } = await buildExposure(ALB);
    const { annotations } = inputsOf("ingress").metadata;
    expect(annotations).toEqual({
      [`${ALB_PREFIX}scheme`]: "internal",
      [`${ALB_PREFIX}target-type`]: "ip",
      [`${ALB_PREFIX}backend-protocol`]: "HTTP",
      [`${ALB_PREFIX}healthcheck-path`]: "/ready",
      [`${ALB_PREFIX}load-balancer-attributes`]:
        "idle_timeout.timeout_seconds=615,routing.http.drop_invalid_header_fields.enabled=true",
      [`${ALB_PREFIX}target-group-attributes`]: "deregistration_delay.timeout_seconds=615",
      [`${ALB_PREFIX}listen-ports`]: '[{"HTTP":80},{"HTTPS":443}]',
      [`${ALB_PREFIX}certificate-arn`]: CERTIFICATE_ARN,
      [`${ALB_PREFIX}ssl-policy`]: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      [`${ALB_PREFIX}ssl-redirect`]: "443",
    });
  });

  test("has the stated scheme and web ACL", async () => {
    const wafAclArn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/edge/0a1b";
    const { inputsOf } = await buildExposure({ ...ALB, loadBalancerScheme: "internet-facing", wafAclArn });
    expect(inputsOf("ingress").metadata.annotations).toMatchObject({
      [`${ALB_PREFIX}scheme`]: "internet-facing",
      [`${ALB_PREFIX}wafv2-acl-arn`]: wafAclArn,
    });
  });

  test("without TLS listens to plain HTTP alone", async () => {
    const { inputsOf } = await buildExposure({ ...ALB, tls: { mode: "none" } });
    const { annotations } = inputsOf("ingress").metadata;
    expect(annotations[`${ALB_PREFIX}listen-ports`]).toBe('[{"HTTP":80}]');
    expect(annotations).not.toHaveProperty(`${ALB_PREFIX}ssl-redirect`);
  });
});

test("kind none makes nothing, whatever else is stated", async () => {
  const { kinds, urls, secretName } = await buildExposure({ ...CERT_MANAGER, kind: "none" }, ["support"]);
  expect(kinds).toEqual({});
  expect(urls).toEqual([]);
  expect(secretName).toBeUndefined();
});
