import type { Field } from "../manifests/field.ts";
import { namespaceOf, type Placed, type Stack } from "../manifests/stack.ts";
import { type RouteTime, timesOfIngress, timesOfRule, timesOfTrafficPolicy } from "./route-times.ts";
import type { RuntimePod } from "./runtime-pods.ts";

/** A way to a Service: the time-outs on it, and the names of the Services that it leads to. */
interface Way {
  readonly times: readonly RouteTime[];
  readonly services: readonly Field[];
}

/** The time-outs on the ways by which clients reach these pods: routes, what is set for those, and Ingresses. */
export function routeTimesOf(stack: Stack, pod: RuntimePod): RouteTime[] {
  const ours = servicesOf(stack, pod);
  return waysBeside(stack, pod.placed).flatMap(({ times, services }) => {
    const lasting = times.filter(({ seconds }) => seconds !== "none");
    const known = ours.flatMap(({ text }) => text ?? []);
    if (services.some(({ text }) => text !== undefined && known.includes(text))) return lasting;
    const open = [...ours, ...services].find((name) => name.unknown);
    return open === undefined ? [] : lasting.map((time) => ({ ...time, field: open }));
  });
}

/** Names of the Services whose selector takes these pods. */
function servicesOf(stack: Stack, { placed, labels }: RuntimePod): Field[] {
  return stack
    .beside(placed)
    .filter(({ manifest }) => manifest.kind === "Service")
    .filter(({ manifest }) => {
      const selector = manifest.root.at("spec", "selector").entries();
      return selector.length > 0 && selector.every(([name, { text }]) => text === labels.at(name).text);
    })
    .map(({ manifest }) => manifest.root.at("metadata", "name"));
}

function waysBeside(stack: Stack, placed: Placed): Way[] {
  const beside = stack.beside(placed);
  const policies = beside.filter(({ manifest }) => manifest.kind === "BackendTrafficPolicy");
  return beside.flatMap((edge): Way[] => {
    if (edge.manifest.kind === "Ingress")
      return [{ times: timesOfIngress(edge), services: backendsOf(edge) }];
    if (edge.manifest.kind !== "HTTPRoute") return [];
    const names = namesOf(edge);
    const attached = policies.filter((policy) => targetsOf(policy).some((target) => names.includes(target)));
    const set = attached.flatMap(timesOfTrafficPolicy);
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

/** The route and the Gateways of its namespace on which it hangs, as a policy of Envoy Gateway may name them. */
function namesOf(route: Placed): string[] {
  const { root } = route.manifest;
  const parents = root.at("spec", "parentRefs").items();
  return [
    `HTTPRoute ${root.at("metadata", "name").text}`,
    ...parents
      .filter((parent) => (parent.at("namespace").text ?? namespaceOf(route)) === namespaceOf(route))
      .map((parent) => `Gateway ${parent.at("name").text}`),
  ];
}

function targetsOf({ manifest }: Placed): string[] {
  const spec = manifest.root.at("spec");
  const references = [...spec.at("targetRefs").items(), spec.at("targetRef")];
  return references.map((reference) => `${reference.at("kind").text} ${reference.at("name").text}`);
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
