import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { APP } from "../../agent-runtime/src/contract.ts";
import { CONTROLLERS } from "./controllers.ts";
import type { EdgeObject, ExposedPlatform } from "./edge-object.ts";
import { albAnnotations, ingressSpec, traefikAnnotations } from "./ingress-objects.ts";
import { HTTPS_REDIRECT, RATE_LIMIT, rateLimitMiddleware, redirectMiddleware } from "./traefik.ts";

/** An Ingress of the platform's namespace. */
export interface EdgeIngress {
  readonly role: string;
  readonly name: string;
  readonly annotations: Record<string, pulumi.Input<string>>;
  readonly spec: k8s.types.input.networking.v1.IngressSpec;
}

/** What Ingresses refer to. */
export function ingressMiddlewares({ settings }: ExposedPlatform): EdgeObject[] {
  if (settings.controller !== "traefik") return [];
  return [...rateLimitMiddleware(settings), ...(settings.tls.mode === "none" ? [] : [redirectMiddleware()])];
}

/** The Ingress with all hosts, and with Traefik one that redirects: other controllers need none for it. */
export function ingressEdge(platform: ExposedPlatform): EdgeIngress[] {
  const { namespace, settings, routes, maxTurnSeconds, secretName } = platform;
  const { controller, className = CONTROLLERS[controller].className, requestsPerMinute, tls } = settings;
  const main = {
    role: "ingress",
    name: APP,
    spec: ingressSpec(className, routes, secretName),
  };
  if (controller === "aws-alb") return [{ ...main, annotations: albAnnotations(settings, maxTurnSeconds) }];
  const limits = requestsPerMinute === "none" ? [] : [RATE_LIMIT];
  if (tls.mode === "none") {
    return [{ ...main, annotations: traefikAnnotations("web", namespace, limits) }];
  }
  return [
    { ...main, annotations: traefikAnnotations("websecure", namespace, limits) },
    {
      role: "redirect",
      name: HTTPS_REDIRECT,
      spec: ingressSpec(className, routes, undefined),
      annotations: traefikAnnotations("web", namespace, [HTTPS_REDIRECT]),
    },
  ];
}
