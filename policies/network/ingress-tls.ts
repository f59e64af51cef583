import type { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { isOfLoadBalancer, judgeLoadBalancer, type LoadBalancerClasses } from "./load-balancer-tls.ts";
import { isEmptyList } from "./network-rules.ts";
import { type Redirects, redirectsIngress } from "./traefik-redirects.ts";
import { isSame, some, type Verdict } from "./verdict.ts";

const TLS_REMEDY =
  "Add the host to spec.tls with the Secret of its certificate, or let the Ingress redirect to HTTPS.";

/** Ends the name of the annotation by which several controllers are told not to redirect. */
const REDIRECT = "/ssl-redirect";
/** What the controllers, which are written in Go, read as false. */
const FALSE = ["0", "f", "F", "false", "FALSE", "False"];

/** What may make an Ingress safe that has no certificate of its own. */
interface IngressSetting extends LoadBalancerClasses {
  readonly middlewares: Redirects;
}

/** What serves plain HTTP in an Ingress. */
export function judgeIngress(placed: Placed, setting: IngressSetting): Finding[] {
  const isLoadBalancer = isOfLoadBalancer(placed, setting);
  if (typeof isLoadBalancer === "object") return [undecided(isLoadBalancer.unknown)];
  if (isLoadBalancer === "yes") return judgeLoadBalancer(placed);
  const redirects = redirectsIngress(placed, setting.middlewares);
  if (redirects === "yes") return [];
  const findings = judgeCertificates(placed);
  if (redirects === "no" || findings.length === 0) return findings;
  return [undecided(redirects.unknown)];
}

/** Of every other controller: its certificates are Secrets. */
function judgeCertificates({ manifest: { root } }: Placed): Finding[] {
  const spec = root.at("spec");
  const tls = spec.at("tls");
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
function isBelow(pattern: Field, { text = "" }: Field): Verdict {
  return pattern.text === `*${text.slice(text.indexOf("."))}` ? "yes" : "no";
}
