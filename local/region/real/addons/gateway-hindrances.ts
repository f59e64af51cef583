import { z } from "zod";
import { GATEWAY_NAME } from "../../../../components/exposure/gateway-objects.ts";
import type { KubernetesObject } from "../../kubectl.ts";
import { CONTROLLER_NAME } from "./gateway-class.ts";
import { CONTROLLER } from "./gateway-controller.ts";

/** Kinds that {@link gatewayHindrances} looks at, as kubectl lists them. */
export const GATEWAY_KINDS =
  "daemonsets.apps,gateways.gateway.networking.k8s.io,httproutes.gateway.networking.k8s.io";

const conditionsSchema = z
  .array(
    z.looseObject({
      type: z.string(),
      status: z.string(),
      reason: z.string().default(""),
      message: z.string().default(""),
      observedGeneration: z.number().default(0),
    }),
  )
  .default([]);
type Conditions = z.infer<typeof conditionsSchema>;

const metadata = z.looseObject({ generation: z.number().default(0) });

const daemonSetSchema = z.looseObject({
  metadata,
  status: z
    .looseObject({
      observedGeneration: z.number().default(0),
      desiredNumberScheduled: z.number().default(0),
      updatedNumberScheduled: z.number().default(0),
      numberAvailable: z.number().default(0),
    })
    .prefault({}),
});

const gatewaySchema = z.looseObject({
  metadata,
  status: z.looseObject({ conditions: conditionsSchema }).prefault({}),
});

const routeSchema = z.looseObject({
  metadata,
  status: z
    .looseObject({
      parents: z
        .array(z.looseObject({ controllerName: z.string(), conditions: conditionsSchema }))
        .default([]),
    })
    .prefault({}),
});

/** A Service that requests are to reach through the stack's Gateway and the route of the Service's name. */
export interface RoutedService {
  readonly namespace: string;
  readonly service: string;
}

/**
 * What still keeps requests from passing through a region's gateway, each in words; empty when nothing does.
 *
 * @param objects all of {@link GATEWAY_KINDS} in the region
 */
export function gatewayHindrances(
  objects: readonly KubernetesObject[],
  { namespace, service }: RoutedService,
): string[] {
  const find = (kind: string, wanted: { name: string; namespace: string }) =>
    objects.find(
      (object) =>
        object.kind === kind &&
        object.metadata.name === wanted.name &&
        object.metadata.namespace === wanted.namespace,
    );
  return [
    ...ofController(find("DaemonSet", CONTROLLER)),
    ...ofGateway(find("Gateway", { name: GATEWAY_NAME, namespace })),
    ...ofRoute(find("HTTPRoute", { name: service, namespace })),
  ];
}

function ofController(object: KubernetesObject | undefined): string[] {
  if (object === undefined) return ["Traefik is not deployed"];
  const { metadata, status } = daemonSetSchema.parse(object);
  const { desiredNumberScheduled: wanted, updatedNumberScheduled, numberAvailable } = status;
  if (status.observedGeneration < metadata.generation || wanted === 0)
    return ["Traefik is not scheduled yet"];
  const ready = Math.min(updatedNumberScheduled, numberAvailable);
  return ready < wanted ? [`Traefik is ready on ${ready} of ${wanted} workers`] : [];
}

function ofGateway(object: KubernetesObject | undefined): string[] {
  if (object === undefined) return ["there is no Gateway"];
  const { metadata, status } = gatewaySchema.parse(object);
  return unmet("the Gateway", ["Programmed"], status.conditions, metadata.generation);
}

function ofRoute(object: KubernetesObject | undefined): string[] {
  if (object === undefined) return ["there is no HTTPRoute"];
  const { metadata, status } = routeSchema.parse(object);
  const conditions = status.parents.find(
    ({ controllerName }) => controllerName === CONTROLLER_NAME,
  )?.conditions;
  return unmet("the HTTPRoute", ["Accepted", "ResolvedRefs"], conditions ?? [], metadata.generation);
}

/** A condition counts only if it was found out for what the object says now. */
function unmet(
  subject: string,
  types: readonly string[],
  conditions: Conditions,
  generation: number,
): string[] {
  return types.flatMap((type) => {
    const condition = conditions.find((each) => each.type === type);
    if (condition === undefined || condition.observedGeneration < generation) {
      return [`whether ${subject} is ${type} is not known yet`];
    }
    if (condition.status === "True") return [];
    return [`${subject} is not ${type}: ${condition.reason} ${condition.message}`.trimEnd()];
  });
}
