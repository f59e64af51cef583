import type { Field } from "../manifests/field.ts";
import { selectsByLabels } from "../manifests/selector.ts";
import { namespaceOf, type Placed, type Stack } from "../manifests/stack.ts";
import { type RouteTime, timesOfIngress, timesOfRule, timesOfTrafficPolicy } from "./route-times.ts";
import type { RuntimePod } from "./runtime-pods.ts";

/** A way to a Service: the time-outs on it, and the names of the Services that it leads to. */
interface Way {
  readonly times: readonly RouteTime[];
  readonly services: readonly Field[];
}

/** A Service whose selector takes certain pods, as far as is known. */
interface Taker {
  readonly name: Field;
  /** What has to be known before it can be told; nothing where it can. */
  readonly open: readonly Field[];
}

/**
 * The time-outs on the ways by which clients reach these pods: routes, what is set for those, and Ingresses. Where a way may
 * lead elsewhere, the field of its time-outs is the one that has to be known.
 */
export function routeTimesOf(stack: Stack, pod: RuntimePod): RouteTime[] {
  const takers = takersOf(stack, pod);
  return waysBeside(stack, pod.placed).flatMap(({ times, services }) => {
    const named: readonly (string | undefined)[] = services.flatMap(({ text }) => text ?? []);
    const reached = takers.filter(({ name }) => named.includes(name.text));
    if (reached.some(({ open }) => open.length === 0)) return times;
    const names = [...takers.map(({ name }) => name), ...services];
    return doubted(times, [...reached.flatMap(({ open }) => open), ...names]);
  });
}

/** The time-outs, in the place of their fields the first that is not known; none where all are. */
function doubted(times: readonly RouteTime[], fields: readonly Field[]): RouteTime[] {
  const field = fields.find(({ unknown }) => unknown);
  return field === undefined ? [] : times.map((time) => ({ ...time, field }));
}

function takersOf(stack: Stack, { placed, labels }: RuntimePod): Taker[] {
  const services = stack.beside(placed).filter(({ manifest }) => manifest.kind === "Service");
  return services.flatMap(({ manifest: { root } }): Taker[] => {
    const selection = selectsByLabels(root.at("spec", "selector"), labels);
    const open = typeof selection === "object" ? [selection.unknown] : [];
    return selection === "no" ? [] : [{ name: root.at("metadata", "name"), open }];
  });
}

function waysBeside(stack: Stack, placed: Placed): Way[] {
  const beside = stack.beside(placed);
  const policies = beside.filter(({ manifest }) => manifest.kind === "BackendTrafficPolicy");
  return beside.flatMap((edge): Way[] => {
    if (edge.manifest.kind === "Ingress")
      return [{ times: timesOfIngress(edge), services: backendsOf(edge) }];
    if (edge.manifest.kind !== "HTTPRoute") return [];
    const set = policies.flatMap((policy) => timesSetFor(edge, policy));
    return edge.manifest.root
      .at("spec", "rules")
      .items()
      .map((rule) => ({ times: [...timesOfRule(edge, rule), ...set], services: referencesOf(rule) }));
  });
}

function referencesOf(rule: Field): Field[] {
  return rule
    .at("backendRefs")
    .items()
    .map((reference) => reference.at("name"));
}

/** What a policy of Envoy Gateway sets for a route: it names the route, or a Gateway of the namespace on which that hangs. */
function timesSetFor(route: Placed, policy: Placed): RouteTime[] {
  const { root } = route.manifest;
  const parents = root.at("spec", "parentRefs").items();
  const name = root.at("metadata", "name");
  const names = [
    `HTTPRoute ${name.text}`,
    ...parents
      .filter((parent) => (parent.at("namespace").text ?? namespaceOf(route)) === namespaceOf(route))
      .map((parent) => `Gateway ${parent.at("name").text}`),
  ];
  const targets = targetsOf(policy);
  const times = timesOfTrafficPolicy(policy);
  if (targets.some((target) => names.includes(target.map(({ text }) => text).join(" ")))) return times;
  return doubted(times, [...targets.flat(), name, ...parents.map((parent) => parent.at("name"))]);
}

function targetsOf({ manifest }: Placed): Field[][] {
  const spec = manifest.root.at("spec");
  const references = [...spec.at("targetRefs").items(), spec.at("targetRef")];
  return references.map((reference) => [reference.at("kind"), reference.at("name")]);
}

function backendsOf({ manifest }: Placed): Field[] {
  const spec = manifest.root.at("spec");
  const paths = spec
    .at("rules")
    .items()
    .flatMap((rule) => rule.at("http", "paths").items());
  return [spec, ...paths].map((each, index) =>
    each.at(index === 0 ? "defaultBackend" : "backend", "service", "name"),
  );
}
