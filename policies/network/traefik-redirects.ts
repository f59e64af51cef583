import type { Field } from "../manifests/field.ts";
import type { Placed, Stack } from "../manifests/stack.ts";
import { all, isOneOf, isSame, some, type Verdict } from "./verdict.ts";

/** On an Ingress: names of Middlewares, with commas between. */
const MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares";
/** Ends Traefik's name for an object of the cluster; those of other sources end otherwise. */
const SOURCE = "@kubernetescrd";

/** The Middlewares of each cluster that send callers to HTTPS, or may. */
export type Redirects = ReadonlyMap<string, readonly Placed[]>;

export function redirectsOf(stack: Stack): Redirects {
  const middlewares = stack.ofKind("Middleware").filter((placed) => redirects(placed) !== "no");
  return Map.groupBy(middlewares, ({ cluster }) => cluster);
}

function redirects({ manifest: { root } }: Placed): Verdict {
  return isOneOf(root.at("spec", "redirectScheme", "scheme"), "https");
}

/** Whether Traefik sends whoever calls an Ingress to HTTPS. */
export function redirectsIngress(ingress: Placed, middlewares: Redirects): Verdict {
  const names = ingress.manifest.root.at("metadata", "annotations", MIDDLEWARES);
  if (names.unknown) return { unknown: names };
  const used = (names.text ?? "").split(",").map((name) => name.trim());
  return redirectsBy(middlewares, ingress, ({ manifest: { root } }) => isNamed(root.at("metadata"), used));
}

/** Whether every route of an IngressRoute sends its callers to HTTPS. */
export function redirectsRoutes(route: Placed, middlewares: Redirects): Verdict {
  const { root } = route.manifest;
  const isUsed = (reference: Field, { manifest }: Placed) =>
    isReferred(reference, root.at("metadata", "namespace"), manifest.root.at("metadata"));
  return all(
    root
      .at("spec", "routes")
      .items()
      .map((rule) => {
        const references = rule.at("middlewares").items();
        return redirectsBy(middlewares, route, (middleware) =>
          some(references.map((reference) => isUsed(reference, middleware))),
        );
      }),
  );
}

function redirectsBy(
  middlewares: Redirects,
  subject: Placed,
  isUsed: (middleware: Placed) => Verdict,
): Verdict {
  const near = middlewares.get(subject.cluster) ?? [];
  return some(near.map((middleware) => all([redirects(middleware), isUsed(middleware)])));
}

/** Traefik's name for an object: its namespace, its name and where it was found. */
function isNamed(metadata: Field, used: readonly string[]): Verdict {
  const [namespace, name] = [metadata.at("namespace"), metadata.at("name")];
  const unknown = [namespace, name].find((field) => field.unknown);
  if (unknown !== undefined) return { unknown };
  return used.includes(`${namespace.text ?? "default"}-${name.text}${SOURCE}`) ? "yes" : "no";
}

/** A reference names an object of the route's own namespace, or of another, or by Traefik's name for it. */
function isReferred(reference: Field, ownNamespace: Field, metadata: Field): Verdict {
  const name = reference.at("name");
  if (name.text?.includes("@")) return isNamed(metadata, [name.text]);
  const stated = reference.at("namespace");
  const namespace = stated.missing ? ownNamespace : stated;
  return all([isSame(name, metadata.at("name")), isSame(namespace, metadata.at("namespace"), "default")]);
}
