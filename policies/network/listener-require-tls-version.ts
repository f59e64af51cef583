import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

const ALB = "alb.ingress.kubernetes.io";
const REMEDY = "Ask for TLS 1.2 or 1.3.";
const ALB_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/** Policies of AWS whose name begins so take TLS 1.2 or 1.3 alone. */
const STRICT_ALB_POLICY = /^ELBSecurityPolicy-(?:TLS13-1-[23]|TLS-1-2|FS-1-2)-/;

/** Where a kind of object says the least version, and which it may be. Their own defaults are TLS 1.2. */
const MINIMUMS = new Map([
  ["TLSOption", { path: ["spec", "minVersion"], allowed: ["VersionTLS12", "VersionTLS13"] }],
  ["ClientTrafficPolicy", { path: ["spec", "tls", "minVersion"], allowed: ["Auto", "1.2", "1.3"] }],
]);

const metadata = { name: "claude-agent", namespace: "ai-agents" };
const option = (spec: object) => ({ apiVersion: "traefik.io/v1alpha1", kind: "TLSOption", metadata, spec });
const client = (tls: object) => ({
  apiVersion: "gateway.envoyproxy.io/v1alpha1",
  kind: "ClientTrafficPolicy",
  metadata,
  spec: { tls },
});
const ingress = (annotations: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { ...metadata, annotations: { [`${ALB}/certificate-arn`]: "arn:aws:acm:…", ...annotations } },
  spec: { ingressClassName: "alb" },
});

/** The second half of `listener-require-tls`: what one object alone can tell. */
export const listenerRequireTlsVersion = objectPolicy({
  name: "listener-require-tls-version",
  description: "Where the version of TLS can be said, it is 1.2 or newer.",
  severity: "high",
  controls: [
    { framework: "nist", control: "SC-8(1), SC-13" },
    { framework: "nsa", control: "Network separation and hardening" },
  ],
  reason:
    "TLS 1.0 and 1.1 are broken and withdrawn (RFC 8996); who allows them lets an attacker choose them.",
  remedy: `${REMEDY} An Application Load Balancer takes TLS 1.0 until ${ALB}/ssl-policy says otherwise.`,
  parameters: {},
  examples: {
    pass: [
      { what: "Traefik's own minimum", objects: [option({})] },
      { what: "TLS 1.3 alone", objects: [client({ minVersion: "1.3" })] },
      { what: "a policy of AWS with 1.2 and 1.3", objects: [ingress({ [`${ALB}/ssl-policy`]: ALB_POLICY })] },
    ],
    fail: [
      { what: "TLS 1.1 at Traefik", objects: [option({ minVersion: "VersionTLS11" })] },
      { what: "TLS 1.0 at Envoy", objects: [client({ minVersion: "1.0" })] },
      {
        what: "a policy of AWS that takes 1.0 and 1.1",
        objects: [ingress({ [`${ALB}/ssl-policy`]: "ELBSecurityPolicy-TLS13-1-0-2021-06" })],
      },
      { what: "no policy of AWS, whose default takes 1.0", objects: [ingress({})] },
    ],
  },
  kinds: [...MINIMUMS.keys(), "Ingress"],
  judge: (manifest) => (manifest.kind === "Ingress" ? judgeIngress(manifest) : judgeMinimum(manifest)),
});

function judgeMinimum({ kind, root }: Manifest): Finding[] {
  const { path = [], allowed = [] } = MINIMUMS.get(kind) ?? {};
  const version = root.at(...path);
  return version.missing
    ? []
    : judgeVersion(version, allowed.includes(version.text ?? ""), allowed.join(", "));
}

/** Without a certificate there is no TLS, of which `listener-require-tls` speaks. */
function judgeIngress({ root }: Manifest): Finding[] {
  const annotations = root.at("metadata", "annotations");
  const policy = annotations.at(`${ALB}/ssl-policy`);
  const certificate = annotations.at(`${ALB}/certificate-arn`);
  if (policy.missing && certificate.missing) return [];
  return judgeVersion(policy, STRICT_ALB_POLICY.test(policy.text ?? ""), `${ALB_POLICY} and the like`);
}

function judgeVersion(version: Field, isAllowed: boolean, allowed: string): Finding[] {
  if (version.unknown) return [undecided(version)];
  if (isAllowed) return [];
  const got = version.missing ? "not set, which means TLS 1.0" : JSON.stringify(version.value);
  return [violation(version, `the least version is ${got}; allowed: ${allowed}.`, REMEDY)];
}
