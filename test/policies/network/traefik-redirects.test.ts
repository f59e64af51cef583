import { expect, it } from "vitest";
import { Stack } from "../../../policies/manifests/stack.ts";
import { redirectsOf } from "../../../policies/network/traefik-redirects.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";
import { middleware } from "./tls-objects.ts";

it("the redirects of a cluster are the Middlewares that redirect to HTTPS, or may", () => {
  const stack = new Stack(
    [
      middleware(),
      middleware({ rateLimit: {} }, { name: "limit" }),
      middleware({ redirectScheme: { scheme: UNKNOWN } }, { name: "open" }),
    ].map((object) => resourceOf(object)),
  );
  const redirects = [...redirectsOf(stack).values()].flat();
  const names = redirects.map(({ manifest }) => manifest.root.at("metadata", "name").value);
  expect(names).toEqual(["to-https", "open"]);
});
