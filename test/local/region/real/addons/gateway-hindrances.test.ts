import { expect, test } from "vitest";
import type { KubernetesObject } from "../../../../../local/region/kubectl.ts";
import { gatewayHindrances } from "../../../../../local/region/real/addons/gateway-hindrances.ts";

const BACKEND = { namespace: "ai-agents", service: "coordinator" };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

const met = (type: string): Condition => ({ type, status: "True", observedGeneration: 2 });

function daemonSet(status: object = {}): KubernetesObject {
  const ready = { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };
  return {
    kind: "DaemonSet",
    metadata: { name: "traefik", namespace: "traefik", generation: 2 },
    status: { observedGeneration: 2, ...ready, ...status },
  };
}

function gateway(...conditions: Condition[]): KubernetesObject {
  const metadata = { name: "claude-agent", namespace: "ai-agents", generation: 2 };
  return { kind: "Gateway", metadata, status: { conditions } };
}

function route(conditions: Condition[], controllerName = "traefik.io/gateway-controller"): KubernetesObject {
  const metadata = { name: "coordinator", namespace: "ai-agents", generation: 2 };
  return { kind: "HTTPRoute", metadata, status: { parents: [{ controllerName, conditions }] } };
}

const READY = [daemonSet(), gateway(met("Programmed")), route([met("Accepted"), met("ResolvedRefs")])];

/** The ready objects, of which one is another. */
function but(other: KubernetesObject): KubernetesObject[] {
  return READY.map((object) => (object.kind === other.kind ? other : object));
}

test("nothing hinders when the controller is ready on every worker and has taken Gateway and route", () => {
  expect(gatewayHindrances(READY, BACKEND)).toEqual([]);
});

test("each missing object is named, whatever else of its kind there is", () => {
  const others = READY.map((object) => ({ ...object, metadata: { ...object.metadata, namespace: "other" } }));
  expect(gatewayHindrances(others, BACKEND)).toEqual([
    "Traefik is not deployed",
    "there is no Gateway",
    "there is no HTTPRoute",
  ]);
});

test.each([
  ["on too few workers", { numberAvailable: 1 }, "Traefik is ready on 1 of 3 workers"],
  ["of an older version", { updatedNumberScheduled: 2 }, "Traefik is ready on 2 of 3 workers"],
  ["not looked at since it was changed", { observedGeneration: 1 }, "Traefik is not scheduled yet"],
  ["on no worker at all", { desiredNumberScheduled: 0 }, "Traefik is not scheduled yet"],
])("a controller that is %s hinders", (_, status, hindrance) => {
  expect(gatewayHindrances(but(daemonSet(status)), BACKEND)).toEqual([hindrance]);
});

test("a controller that nobody has looked at hinders", () => {
  const fresh = { kind: "DaemonSet", metadata: daemonSet().metadata };
  expect(gatewayHindrances(but(fresh), BACKEND)).toEqual(["Traefik is not scheduled yet"]);
});

test("a refused Gateway gives Traefik's reason", () => {
  const refused = {
    ...met("Programmed"),
    status: "False",
    reason: "PortUnavailable",
    message: "no entry point",
  };
  expect(gatewayHindrances(but(gateway(refused)), BACKEND)).toEqual([
    "the Gateway is not Programmed: PortUnavailable no entry point",
  ]);
});

test("a condition from before the last change does not count", () => {
  const old = { ...met("Programmed"), observedGeneration: 1 };
  expect(gatewayHindrances(but(gateway(old)), BACKEND)).toEqual([
    "whether the Gateway is Programmed is not known yet",
  ]);
});

test("a route whose Service does not exist gives Traefik's reason", () => {
  const unresolved = { ...met("ResolvedRefs"), status: "False", reason: "BackendNotFound" };
  expect(gatewayHindrances(but(route([met("Accepted"), unresolved])), BACKEND)).toEqual([
    "the HTTPRoute is not ResolvedRefs: BackendNotFound",
  ]);
});

test("what another controller says of the route does not count", () => {
  const elsewhere = route([met("Accepted"), met("ResolvedRefs")], "example.com/other");
  expect(gatewayHindrances(but(elsewhere), BACKEND)).toEqual([
    "whether the HTTPRoute is Accepted is not known yet",
    "whether the HTTPRoute is ResolvedRefs is not known yet",
  ]);
});
