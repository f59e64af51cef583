import type { Field } from "../manifests/field.ts";
import { describeManifest } from "../manifests/manifest.ts";
import type { Placed } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { isAttached, isRedirect, type RoutesByParent, routesNear } from "./gateway-routes.ts";
import { isEmptyList } from "./network-rules.ts";

const REMEDY =
  "Give the listener protocol HTTPS and a certificate, or let its routes do nothing but redirect to HTTPS.";

/** What serves without TLS at the listeners of a Gateway or of a set of listeners. */
export function judgeListeners(placed: Placed, routes: RoutesByParent): Finding[] {
  const near = routesNear(placed, routes);
  return placed.manifest.root
    .at("spec", "listeners")
    .items()
    .flatMap((listener) => judgeListener(listener, placed, near));
}

function judgeListener(listener: Field, parent: Placed, routes: readonly Placed[]): Finding[] {
  const protocol = listener.at("protocol");
  if (protocol.unknown) return [undecided(protocol)];
  const tls = listener.at("tls");
  switch (protocol.value) {
    case "HTTPS":
      return judgeCertificate(tls);
    case "TLS":
      return judgeTls(tls);
    case "HTTP":
      return judgeHttp(listener, parent, routes);
    default: {
      const reason = `its protocol is ${JSON.stringify(protocol.value) ?? "not set"}, which encrypts nothing; allowed: HTTPS, TLS, and HTTP that redirects.`;
      return [violation(protocol, reason, REMEDY)];
    }
  }
}

/** What is passed through is encrypted by whoever is behind the Gateway. */
function judgeTls(tls: Field): Finding[] {
  const mode = tls.at("mode");
  if (mode.text === "Passthrough") return [];
  const findings = judgeCertificate(tls);
  return mode.unknown && findings.length > 0 ? [undecided(mode)] : findings;
}

function judgeCertificate(tls: Field): Finding[] {
  const certificates = tls.at("certificateRefs");
  if (certificates.unknown) return [undecided(certificates)];
  if (!isEmptyList(certificates)) return [];
  return [violation(certificates, "it has no certificate, so that no client can connect.", REMEDY)];
}

function judgeHttp(listener: Field, parent: Placed, near: readonly Placed[]): Finding[] {
  const routes = near
    .map((route) => ({
      route,
      attached: isAttached(route, parent, listener),
      redirects: isRedirect(route.manifest.root.at("spec")),
    }))
    .filter(({ attached }) => attached !== "no");
  const plain = routes.find(({ attached, redirects }) => attached === "yes" && redirects === "no");
  if (plain !== undefined) {
    const reason = `it serves ${describeManifest(plain.route.manifest)} by plain HTTP.`;
    return [violation(listener, reason, REMEDY)];
  }
  const open = routes
    .flatMap(({ attached, redirects }) => [attached, redirects])
    .find((verdict) => typeof verdict === "object");
  if (open !== undefined) return [undecided(open.unknown)];
  if (routes.length > 0) return [];
  return [violation(listener, "it serves plain HTTP, and no route of the stack redirects it.", REMEDY)];
}
