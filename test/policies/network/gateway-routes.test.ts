import { describe, expect, it } from "vitest";
import { Stack } from "../../../policies/manifests/stack.ts";
import { routesByParent, routesNear } from "../../../policies/network/gateway-routes.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";

const object = (kind: string, name: unknown, spec: object) =>
  resourceOf({ apiVersion: "gateway.networking.k8s.io/v1", kind, metadata: { name }, spec });
const route = (name: string, ...parents: unknown[]) =>
  object("HTTPRoute", name, { parentRefs: parents.map((parent) => ({ name: parent })) });

/** Names of the routes that are looked at for a Gateway of this name. */
function namesNear(gateway: unknown, ...routes: ReturnType<typeof route>[]): unknown[] {
  const stack = new Stack([object("Gateway", gateway, {}), ...routes]);
  const [owner] = stack.ofKind("Gateway");
  if (owner === undefined) throw new Error("the stack has no Gateway");
  return routesNear(owner, routesByParent(stack)).map(
    ({ manifest }) => manifest.root.at("metadata", "name").value,
  );
}

describe("routesNear", () => {
  it("are those that refer to the name, and those of which it is not known", () => {
    const routes = [route("own", "edge"), route("other", "inner"), route("open", UNKNOWN)];
    expect(namesNear("edge", ...routes)).toEqual(["own", "open"]);
  });

  it("are listed once, whatever they refer to beside", () => {
    expect(namesNear("edge", route("own", "edge", "edge", "inner"))).toEqual(["own"]);
  });

  it("are all of them while the name is not known", () => {
    expect(namesNear(UNKNOWN, route("own", "edge"), route("open", UNKNOWN))).toEqual(["own", "open"]);
  });

  it("are none where nothing refers to the name", () => {
    expect(namesNear("edge", route("other", "inner"))).toEqual([]);
  });
});
