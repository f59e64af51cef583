import type { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { all, isOneOf, isSame, some, type Verdict } from "./verdict.ts";

const ALB = "alb.ingress.kubernetes.io";
const ALB_CONTROLLER = "ingress.k8s.aws/alb";
const ALB_REMEDY = `Set ${ALB}/certificate-arn, ${ALB}/listen-ports with HTTPS, and ${ALB}/ssl-redirect.`;

/** What says which Ingresses the AWS Load Balancer Controller carries out. */
export interface LoadBalancerClasses {
  readonly ingressClasses: readonly Placed[];
  /** Names of such classes, though the stack does not make them. */
  readonly loadBalancerClasses: readonly string[];
}

/** Whether an Application Load Balancer of AWS carries an Ingress out. */
export function isOfLoadBalancer(
  ingress: Placed,
  { ingressClasses, loadBalancerClasses }: LoadBalancerClasses,
): Verdict {
  const name = ingressClassOf(ingress);
  if (name.unknown) return { unknown: name };
  if (loadBalancerClasses.includes(name.text ?? "")) return "yes";
  return some(
    ingressClasses.map(({ manifest: { root } }) =>
      all([
        isSame(root.at("metadata", "name"), name),
        isOneOf(root.at("spec", "controller"), ALB_CONTROLLER),
      ]),
    ),
  );
}

/** The name of the controller that carries an Ingress out; the annotation is the old way to say it. */
function ingressClassOf({ manifest: { root } }: Placed): Field {
  const own = root.at("spec", "ingressClassName");
  return own.missing ? root.at("metadata", "annotations", "kubernetes.io/ingress.class") : own;
}

/** What serves plain HTTP there: without ports it listens on 443 where it has a certificate, and else on 80. */
export function judgeLoadBalancer({ manifest: { root } }: Placed): Finding[] {
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
