import { describe, expect, it } from "vitest";
import { ingressDisallowSnippets } from "../../../policies/network/ingress-disallow-snippets.ts";
import { judge, UNKNOWN } from "../judge.ts";

const PASSED = { violations: [], undecided: undefined };
const judgeAnnotations = (annotations: unknown, kind = "Ingress", config = {}) =>
  judge(
    ingressDisallowSnippets,
    { apiVersion: "v1", kind, metadata: { name: "web", namespace: "ai-agents", annotations } },
    { config },
  );

describe("ingress-disallow-snippets", () => {
  it.each([
    ...["server", "configuration", "auth", "stream", "modsecurity"].map(
      (name) => `nginx.ingress.kubernetes.io/${name}-snippet`,
    ),
    "nginx.org/server-snippets",
    "nginx.org/location-snippets",
    "haproxy.org/backend-config-snippet",
    "example.com/server-snippet",
    ...["backend", "defaults", "frontend", "global", "proxy", "tcp"].map(
      (name) => `haproxy-ingress.github.io/config-${name}`,
    ),
  ])("refuses %s", async (name) => {
    expect((await judgeAnnotations({ a: "b", [name]: "return 200;" })).violations).toEqual([
      expect.stringContaining(`the annotation ${name} writes into the controller's configuration. Use`),
    ]);
  });

  it("refuses them on a Service too, which some controllers read", async () => {
    const name = "haproxy.org/backend-config-snippet";
    expect((await judgeAnnotations({ [name]: "a" }, "Service")).violations).toHaveLength(1);
  });

  it("refuses each of them", async () => {
    const { violations } = await judgeAnnotations({ "a/x-snippet": "1", "b/y-snippets": "2" });
    expect(violations).toHaveLength(2);
  });

  it.each([
    ["none", null],
    ["an empty map", {}],
    ["others", { "nginx.ingress.kubernetes.io/proxy-body-size": "1m" }],
    ["one that allows snippets nowhere", { "example.com/snippet-policy": "none" }],
    ["one that is null", { "nginx.ingress.kubernetes.io/server-snippet": null }],
  ])("allows annotations: %s", async (_, annotations) => {
    expect(await judgeAnnotations(annotations)).toEqual(PASSED);
  });

  it("refuses the annotations that the configuration lists in place of its own", async () => {
    const config = { refusedAnnotations: ["example.com/lines"] };
    expect((await judgeAnnotations({ "example.com/lines": "a" }, "Ingress", config)).violations).toHaveLength(
      1,
    );
    expect(
      await judgeAnnotations({ "haproxy-ingress.github.io/config-tcp": "a" }, "Ingress", config),
    ).toEqual(PASSED);
  });

  it("refuses a snippet whose text is empty, or not known yet: its name decides", async () => {
    expect((await judgeAnnotations({ "a/server-snippet": "" })).violations).toHaveLength(1);
    expect((await judgeAnnotations({ "a/server-snippet": UNKNOWN })).violations).toHaveLength(1);
    expect(await judgeAnnotations({ "a/other": UNKNOWN })).toEqual(PASSED);
  });

  it("leaves an Ingress undecided while its annotations are not known", async () => {
    const { violations, undecided } = await judgeAnnotations(UNKNOWN);
    expect(violations).toEqual([]);
    expect(undecided).toContain(".metadata.annotations");
  });

  it("says nothing about other kinds", async () => {
    expect(await judgeAnnotations({ "a/server-snippet": "b" }, "ConfigMap")).toEqual(PASSED);
  });
});
