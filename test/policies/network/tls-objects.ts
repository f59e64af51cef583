import { listenerRequireTls } from "../../../policies/network/listener-require-tls.ts";
import {
  type Judgement,
  judgeStack,
  type KubernetesObject,
  type PolicyResource,
  resourceOf,
} from "../judge.ts";

/** What `listener-require-tls` says about objects, or resources, of one stack. */
export function judgeAll(
  objects: readonly (KubernetesObject | PolicyResource)[],
  config: object = {},
): Promise<Judgement> {
  return judgeStack(
    listenerRequireTls,
    objects.map((object) => ("urn" in object ? (object as PolicyResource) : resourceOf(object))),
    config,
  );
}

/** An Ingress of which nothing is known but what is given. */
export function ingress(spec: object, annotations: unknown = {}): KubernetesObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", namespace: "ai-agents", annotations },
    spec,
  };
}

/** A Middleware of Traefik that redirects to HTTPS. */
export function middleware(
  spec: unknown = { redirectScheme: { scheme: "https" } },
  metadata: object = {},
): KubernetesObject {
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "Middleware",
    metadata: { name: "to-https", namespace: "ai-agents", ...metadata },
    spec,
  };
}
