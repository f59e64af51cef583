import { type KubernetesObject, type PolicyResource, resourceOf } from "../judge.ts";

/** A NetworkPolicy for all pods with these changes to its spec. */
export function networkPolicy(spec: object, metadata: object = {}): KubernetesObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "coordinator", namespace: "ai-agents", ...metadata },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...spec },
  };
}

/** Peers that are ranges. */
export function blocks(...cidrs: unknown[]): object[] {
  return cidrs.map((cidr) => ({ ipBlock: { cidr } }));
}

/** An object as a resource that goes through the provider of a region with these settings. */
export function resourceIn(object: KubernetesObject, region: string, settings: object): PolicyResource {
  const resource = resourceOf(object, { region });
  if (resource.provider === undefined) throw new Error("the resource has no provider");
  return { ...resource, provider: { ...resource.provider, props: { ...settings } } };
}
