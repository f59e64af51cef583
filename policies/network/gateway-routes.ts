import { Field } from "../manifests/field.ts";
import type { Placed, Stack } from "../manifests/stack.ts";
import { all, isOneOf, isSame, some, type Verdict } from "./verdict.ts";

/** Kinds of objects with listeners. Sets of listeners add theirs to a Gateway; under the X they were tried out. */
export const LISTENER_KINDS = ["Gateway", "ListenerSet", "XListenerSet"];

/** Kinds of routes that a listener of plain HTTP takes. */
const HTTP_ROUTES = ["HTTPRoute", "GRPCRoute"];

/** Whether a route does nothing else than to send its callers to HTTPS. */
export function isRedirect(spec: Field): Verdict {
  const rules = spec.at("rules").items();
  return all([rules.length > 0 ? "yes" : "no", ...rules.map(redirects)]);
}

function redirects(rule: Field): Verdict {
  return some(
    rule
      .at("filters")
      .items()
      .map((filter) =>
        all([
          isOneOf(filter.at("type"), "RequestRedirect"),
          isOneOf(filter.at("requestRedirect", "scheme"), "https"),
        ]),
      ),
  );
}

/** Routes by the name of what they refer to, such as a Gateway; undefined where it is not known yet. */
export type RoutesByParent = ReadonlyMap<string | undefined, readonly Placed[]>;

export function routesByParent(stack: Stack): RoutesByParent {
  const references = stack
    .ofKind(...HTTP_ROUTES)
    .flatMap((route) =>
      [...new Set(parentsOf(route).map((parent) => parent.at("name").text))].map((name) => ({ name, route })),
    );
  const byName = Map.groupBy(references, ({ name }) => name);
  return new Map([...byName].map(([name, members]) => [name, members.map(({ route }) => route)]));
}

/** The routes that may be attached to an object, so that not all have to be looked at for each. */
export function routesNear({ manifest }: Placed, routes: RoutesByParent): Placed[] {
  const name = manifest.root.at("metadata", "name");
  if (name.text === undefined) return [...routes.values()].flat();
  return [...(routes.get(name.text) ?? []), ...(routes.get(undefined) ?? [])];
}

function parentsOf(route: Placed): Field[] {
  return route.manifest.root.at("spec", "parentRefs").items();
}

/** Whether a route is attached to a listener of a Gateway or of a set of listeners. */
export function isAttached(route: Placed, owner: Placed, listener: Field): Verdict {
  if (route.cluster !== owner.cluster) return "no";
  return some(parentsOf(route).map((parent) => isParent(parent, route, owner, listener)));
}

/** What a reference leaves out: the kind is Gateway, the namespace the route's own, the listeners are all. */
function isParent(parent: Field, route: Placed, { manifest }: Placed, listener: Field): Verdict {
  const metadata = manifest.root.at("metadata");
  const own = parent.at("namespace");
  const namespace = own.missing ? route.manifest.root.at("metadata", "namespace") : own;
  return all([
    isSame(parent.at("kind"), Field.root(manifest.kind), "Gateway"),
    isSame(parent.at("name"), metadata.at("name")),
    isSame(namespace, metadata.at("namespace"), "default"),
    isUnsetOrSame(parent.at("sectionName"), listener.at("name")),
    isUnsetOrSame(parent.at("port"), listener.at("port")),
  ]);
}

function isUnsetOrSame(wanted: Field, got: Field): Verdict {
  return wanted.missing ? "yes" : isSame(wanted, got);
}
