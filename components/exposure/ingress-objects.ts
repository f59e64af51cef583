import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PATHS } from "../../agent-runtime/src/contract.ts";
import type { ExposureConfig } from "../config/exposure-schema.ts";
import { EDGE_MARGIN_SECONDS } from "./edge-object.ts";
import { type Route, SERVICE_PORT } from "./routes.ts";

/** The longest that a load balancer of AWS waits for the last requests of a pod that leaves. */
const MAX_DEREGISTRATION_SECONDS = 3600;

/** TLS 1.2 and 1.3 with forward secrecy. */
const SSL_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

export function ingressSpec(
  className: string,
  routes: readonly Route[],
  secretName: string | undefined,
): k8s.types.input.networking.v1.IngressSpec {
  const hosts = routes.flatMap((route) => route.hosts);
  return {
    ingressClassName: className,
    ...(secretName === undefined ? {} : { tls: [{ hosts, secretName }] }),
    rules: routes.flatMap((route) =>
      route.hosts.length === 0
        ? [{ http: everyPathTo(route) }]
        : route.hosts.map((host) => ({ host, http: everyPathTo(route) })),
    ),
  };
}

function everyPathTo({ service: name }: Route): k8s.types.input.networking.v1.HTTPIngressRuleValue {
  return {
    paths: [
      { path: "/", pathType: "Prefix", backend: { service: { name, port: { number: SERVICE_PORT } } } },
    ],
  };
}

/** @param middlewares names of Middleware objects in this namespace */
export function traefikAnnotations(
  entryPoint: "web" | "websecure",
  namespace: pulumi.Input<string>,
  middlewares: readonly string[],
): Record<string, pulumi.Input<string>> {
  const prefix = "traefik.ingress.kubernetes.io/router";
  const references = pulumi
    .output(namespace)
    .apply((place) => middlewares.map((name) => `${place}-${name}@kubernetescrd`).join(","));
  return {
    // Traefik reports an address only where it is told which Service has it: nobody may wait for one.
    "pulumi.com/skipAwait": "true",
    [`${prefix}.entrypoints`]: entryPoint,
    ...(entryPoint === "websecure" ? { [`${prefix}.tls`]: "true" } : {}),
    ...(middlewares.length === 0 ? {} : { [`${prefix}.middlewares`]: references }),
  };
}

/**
 * What an Application Load Balancer is told. It calls pods by their own addresses, and nothing in it buffers streams.
 * Its time limit is one of silence: a turn without streaming is silent to its end.
 */
export function albAnnotations(
  { tls, loadBalancerScheme = "internal", wafAclArn }: ExposureConfig,
  maxTurnSeconds: number,
): Record<string, string> {
  const longestSeconds = maxTurnSeconds + EDGE_MARGIN_SECONDS;
  const drainSeconds = Math.min(longestSeconds, MAX_DEREGISTRATION_SECONDS);
  const settings: Record<string, string> = {
    scheme: loadBalancerScheme,
    "target-type": "ip",
    "backend-protocol": "HTTP",
    "healthcheck-path": PATHS.ready,
    "load-balancer-attributes": `idle_timeout.timeout_seconds=${longestSeconds},routing.http.drop_invalid_header_fields.enabled=true`,
    "target-group-attributes": `deregistration_delay.timeout_seconds=${drainSeconds}`,
    "listen-ports": JSON.stringify([{ HTTP: 80 }]),
    ...(wafAclArn === undefined ? {} : { "wafv2-acl-arn": wafAclArn }),
    ...(tls.certificateArn === undefined ? {} : tlsOfAlb(tls.certificateArn)),
  };
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`alb.ingress.kubernetes.io/${name}`, value]),
  );
}

function tlsOfAlb(certificateArn: string) {
  return {
    "listen-ports": JSON.stringify([{ HTTP: 80 }, { HTTPS: 443 }]),
    "certificate-arn": certificateArn,
    "ssl-policy": SSL_POLICY,
    "ssl-redirect": "443",
  };
}
