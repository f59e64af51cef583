import type { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { isEmptyList } from "./network-rules.ts";
import { type Redirects, redirectsIngress } from "./traefik-redirects.ts";
import { isSame, some, type Verdict } from "./verdict.ts";

const ALB = "alb.ingress.kubernetes.io";
const ALB_REMEDY = `Set ${ALB}/certificate-arn, ${ALB}/listen-ports with HTTPS, and ${ALB}/ssl-redirect.`;
const TLS_REMEDY =
  "Add the host to spec.tls with the Secret of its certificate, or let the Ingress redirect to HTTPS.";

/** Ends the name of the annotation by which several controllers are told not to redirect. */
const REDIRECT = "/ssl-redirect";
/** What the controllers, which are written in Go, read as false. */
const FALSE = ["0", "f", "F", "false", "FALSE", "False"];

/** What serves plain HTTP in an Ingress. */
export function judgeIngress(
  placed: Placed,
  middlewares: Redirects,
  loadBalancerClasses: readonly string[],
): Finding[] {
  const name = ingressClassOf(placed);
  if (name.unknown) return [undecided(name)];
  if (loadBalancerClasses.includes(name.text ?? "")) return judgeLoadBalancer(placed);
  const redirects = redirectsIngress(placed, middlewares);
  if (redirects === "yes") return [];
  const findings = judgeCertificates(placed);
  if (redirects === "no" || findings.length === 0) return findings;
  return [undecided(redirects.unknown)];
}

/** The name of the controller that carries an Ingress out; the annotation is the old way to say it. */
function ingressClassOf({ manifest: { root } }: Placed): Field {
  const own = root.at("spec", "ingressClassName");
  return own.missing ? root.at("metadata", "annotations", "kubernetes.io/ingress.class") : own;
}

/** Of an Application Load Balancer of AWS: without ports it listens on 443 where it has a certificate, and else on 80. */
function judgeLoadBalancer({ manifest: { root } }: Placed): Finding[] {
  const annotations = root.at("metadata", "annotations");
  const ports = annotations.at(`${ALB}/listen-ports`);
  if (ports.unknown) return [undecided(ports)];
  if (!ports.missing) return judgePorts(ports, annotations.at(`${ALB}/ssl-redirect`));
  const certificate = annotations.at(`${ALB}/certificate-arn`);
  if (certificate.unknown) return [undecided(certificate)];
  if (certificate.text) return [];
  return [violation(certificate, "it has no certificate, and so serves plain HTTP.", ALB_REMEDY)];
}

/** Where the annotations name no certificate, the controller looks for one of the hosts, and fails without. */
function judgePorts(ports: Field, redirect: Field): Finding[] {
  const protocols = protocolsOf(ports);
  if (!protocols.includes("HTTPS")) {
    return [
      violation(ports, `it listens for ${protocols.join(", ") || "nothing"}, and not for HTTPS.`, ALB_REMEDY),
    ];
  }
  if (!protocols.includes("HTTP") || redirect.text) return [];
  if (redirect.unknown) return [undecided(redirect)];
  return [violation(ports, "it serves on HTTP what it serves on HTTPS.", ALB_REMEDY)];
}

/** @throws Error where the annotation is no list such as `[{"HTTP": 80}, {"HTTPS": 443}]` */
function protocolsOf({ path, text = "" }: Field): string[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error(`${path}: expected a list of ports, got ${text}`);
  return value.flatMap((entry: object) => Object.keys(entry));
}

/** Of every other controller: its certificates are Secrets. */
function judgeCertificates({ manifest: { root } }: Placed): Finding[] {
  const spec = root.at("spec");
  const tls = spec.at("tls");
  if (tls.unknown) return [undecided(tls)];
  if (isEmptyList(tls)) {
    return [violation(tls, "it has no certificate, and so serves plain HTTP.", TLS_REMEDY)];
  }
  const certificates = tls.items().map((entry) => entry.at("hosts"));
  return [
    ...root.at("metadata", "annotations").entries().flatMap(judgeAnnotation),
    ...spec
      .at("rules")
      .items()
      .flatMap((rule) => judgeHost(rule.at("host"), certificates)),
    ...judgeFallback(spec.at("defaultBackend"), certificates),
  ];
}

function judgeAnnotation([name, field]: [name: string, field: Field]): Finding[] {
  if (name === "") return [undecided(field)];
  if (!name.endsWith(REDIRECT)) return [];
  if (field.unknown) return [undecided(field)];
  if (!FALSE.includes(String(field.value))) return [];
  return [violation(field, "it serves on HTTP what it serves on HTTPS.", `Remove the annotation ${name}.`)];
}

function judgeHost(host: Field, certificates: readonly Field[]): Finding[] {
  const verdict = some(certificates.map((hosts) => covers(hosts, host)));
  if (verdict === "yes") return [];
  if (verdict !== "no") return [undecided(verdict.unknown)];
  const name = host.value ? String(host.value) : "every host";
  return [violation(host, `it serves ${name} without a certificate in spec.tls.`, TLS_REMEDY)];
}

/** The Service to which requests for all other hosts go. */
function judgeFallback(backend: Field, certificates: readonly Field[]): Finding[] {
  if (backend.missing) return [];
  const verdict = some(certificates.map(isForAll));
  if (verdict === "yes") return [];
  if (backend.unknown) return [undecided(backend)];
  if (verdict !== "no") return [undecided(verdict.unknown)];
  const reason = "it serves every other host without a certificate in spec.tls.";
  return [violation(backend, reason, "Remove it, and write rules for the hosts that are meant.")];
}

/** A certificate without hosts is for all of them. */
function isForAll(hosts: Field): Verdict {
  if (hosts.unknown) return { unknown: hosts };
  return isEmptyList(hosts) ? "yes" : "no";
}

function covers(hosts: Field, host: Field): Verdict {
  const patterns = hosts.items();
  return some([
    isForAll(hosts),
    ...patterns.map((pattern) => some([isSame(pattern, host), isBelow(pattern, host)])),
  ]);
}

/** A wildcard stands for one label. */
function isBelow(pattern: Field, host: Field): Verdict {
  const unknown = [pattern, host].find((field) => field.unknown);
  if (unknown !== undefined) return { unknown };
  const text = host.text ?? "";
  return pattern.text === `*${text.slice(text.indexOf("."))}` ? "yes" : "no";
}
