import { describe, expect, it } from "vitest";
import { Field } from "../../../policies/manifests/field.ts";
import { contentOf, describeManifest, readContent } from "../../../policies/manifests/manifest.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";

/** What a resource holds, in short: the kinds and places of its objects, and what is not known. */
function read(type: string, object: Record<string, unknown>) {
  const { manifests, unknown } = contentOf(type, resourceOf(object, { type }).props);
  return {
    manifests: manifests.map(({ kind, root }) => `${kind} ${root.path}`),
    unknown: unknown.map(({ path }) => path),
  };
}

const LIST = "kubernetes:core/v1:List";
const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment" };

describe("the content of a resource", () => {
  it.each([
    ["the kind that it declares", "kubernetes:apps/v1:StatefulSet", { kind: "Deployment" }, "Deployment "],
    ["the kind of its type where it declares none", "kubernetes:apps/v1:StatefulSet", {}, "StatefulSet "],
    [
      "the kind of its type while its own is unknown",
      "kubernetes:apps/v1:StatefulSet",
      { kind: UNKNOWN },
      "StatefulSet ",
    ],
    ["the kind that it patches", "kubernetes:apps/v1:DaemonSetPatch", {}, "DaemonSet "],
    ["a kind that only begins like a patch", "kubernetes:example.com/v1:PatchSet", {}, "PatchSet "],
  ])("is one object of %s", (_, type, object, expected) => {
    expect(read(type, object)).toEqual({ manifests: [expected], unknown: [] });
  });

  it.each([
    ["of a group that is gone", "kubernetes:extensions/v1beta1:Deployment", {}],
    ["of an old version", "kubernetes:apps/v1beta2:Deployment", {}],
    ["as a child of a ConfigGroup, a ConfigFile or a chart", "kubernetes:apps/v1:Deployment", DEPLOYMENT],
    ["as a custom resource", "kubernetes:apps/v1:Deployment", DEPLOYMENT],
    ["as a custom resource of a group without version", "kubernetes:apps:Deployment", DEPLOYMENT],
    ["as a custom resource of another name", "kubernetes:example.com/v1:Anything", DEPLOYMENT],
    ["by a type that names another kind than it sends", "kubernetes:core/v1:ConfigMap", DEPLOYMENT],
    ["by a type that names no kind", "kubernetes:apps/v1", DEPLOYMENT],
    ["as a patch", "kubernetes:apps/v1:DeploymentPatch", {}],
    ["as a patch that names what it patches", "kubernetes:apps/v1:DeploymentPatch", DEPLOYMENT],
    ["as a patch of a custom resource", "kubernetes:argoproj.io/v1alpha1:RolloutPatch", DEPLOYMENT],
    ["as a list of one that is itself no list", "kubernetes:core/v1:List", DEPLOYMENT],
  ])("is a Deployment where one is sent %s", (_, type, object) => {
    expect(read(type, object)).toEqual({ manifests: ["Deployment "], unknown: [] });
  });

  it.each([
    ["kubernetes:yaml:ConfigGroup", "ConfigGroup "],
    ["kubernetes:yaml:ConfigFile", "ConfigFile "],
    ["kubernetes:yaml/v2:ConfigGroup", "ConfigGroup "],
    ["kubernetes:yaml/v2:ConfigFile", "ConfigFile "],
    ["kubernetes:helm.sh/v3:Chart", "Chart "],
    ["kubernetes:helm.sh/v4:Chart", "Chart "],
  ])("is the component itself for %s, whose children come as resources of their own", (type, expected) => {
    expect(read(type, { objs: [DEPLOYMENT], yaml: "kind: Deployment" }).manifests).toEqual([expected]);
  });

  it("cannot be told where neither the type nor the object names a kind", () => {
    expect(() => read("kubernetes:apps/v1", {})).toThrow("the object has no kind");
  });

  it("is read once for inputs that stay the same, but anew for another type", () => {
    const { props } = resourceOf({ spec: {} }, { type: "kubernetes:apps/v1:Deployment" });
    const content = contentOf("kubernetes:apps/v1:Deployment", props);
    expect(contentOf("kubernetes:apps/v1:Deployment", props)).toBe(content);
    expect(contentOf("kubernetes:apps/v1:StatefulSet", props).manifests[0]?.kind).toBe("StatefulSet");
    expect(readContent("kubernetes:apps/v1:Deployment", props)).not.toBe(content);
    expect(readContent("kubernetes:apps/v1:Deployment", props).manifests[0]?.kind).toBe("Deployment");
  });

  it.each([
    "aws:s3/bucket:Bucket",
    "pulumi:providers:kubernetes",
    "kubernetes-other:core/v1:Pod",
    "pulumi:pulumi:Stack",
  ])("is nothing for a resource of type %s", (type) => {
    expect(read(type, { kind: "Pod" })).toEqual({ manifests: [], unknown: [] });
  });

  it("is every item of a list, of a list in it too", () => {
    const inner = { kind: "List", items: [{ kind: "Pod" }] };
    expect(read(LIST, { kind: "List", items: [{ kind: "Service" }, inner] })).toEqual({
      manifests: ["Service .items[0]", "Pod .items[1].items[0]"],
      unknown: [],
    });
  });

  it("takes the items of a typed list for objects of its kind", () => {
    expect(read("kubernetes:core/v1:PodList", { items: [{}, { kind: "Service" }] }).manifests).toEqual([
      "Pod .items[0]",
      "Service .items[1]",
    ]);
    expect(read("kubernetes:core/v1:PodList", { kind: "PodList", items: [{ kind: UNKNOWN }] })).toEqual({
      manifests: ["Pod .items[0]"],
      unknown: [],
    });
  });

  it("takes the word List in the middle of a kind for a part of it", () => {
    expect(read("kubernetes:example.com/v1:ListeningList", { items: [{}] }).manifests).toEqual([
      "Listening .items[0]",
    ]);
    expect(read("kubernetes:example.com/v1:ListListList", { items: [{}] }).manifests).toEqual([
      "ListList .items[0]",
    ]);
  });

  it.each([
    ["has items but no such kind", "kubernetes:example.com/v1:Menu", { items: [{ kind: "Pod" }] }, "Menu "],
    ["is called so but has no items", "kubernetes:example.com/v1:AllowList", { spec: {} }, "AllowList "],
    [
      "is called so but whose items are no list",
      "kubernetes:example.com/v1:AllowList",
      { items: {} },
      "AllowList ",
    ],
  ])("is the object itself where it %s", (_, type, object, expected) => {
    expect(read(type, object).manifests).toEqual([expected]);
  });

  it.each([
    ["its items are", { kind: "List", items: UNKNOWN }, ".items"],
    ["one of its items is", { kind: "List", items: [UNKNOWN] }, ".items[0]"],
    ["the kind of an item is", { kind: "List", items: [{ kind: UNKNOWN }] }, ".items[0].kind"],
  ])("is unknown where %s", (_, object, path) => {
    expect(read(LIST, object)).toEqual({ manifests: [], unknown: [expect.stringContaining(path)] });
  });

  it("holds what is known beside what is not", () => {
    expect(read(LIST, { kind: "List", items: [{ kind: "Pod" }, { kind: UNKNOWN }] })).toEqual({
      manifests: ["Pod .items[0]"],
      unknown: [".items[1].kind"],
    });
  });

  it.each([
    ["none", {}],
    ["an empty one", { kind: "" }],
    ["a number for one", { kind: 1 }],
  ])("cannot be told where an item has %s as its kind", (_, item) => {
    expect(() => read(LIST, { kind: "List", items: [item] })).toThrow(".items[0]: the object has no kind");
  });
});

describe("the description of an object", () => {
  it.each([
    [{ name: "web", namespace: "ai-agents" }, "Pod ai-agents/web"],
    [{ name: "web" }, "Pod web"],
    [{ generateName: "web-", namespace: "ai-agents" }, "Pod ai-agents/web-"],
    [{ name: "web", generateName: "other-" }, "Pod web"],
    [{ name: UNKNOWN }, "Pod (name not known yet)"],
    [{ name: "web", namespace: UNKNOWN }, "Pod web"],
    [undefined, "Pod (name not known yet)"],
  ])("of metadata %j is its kind, namespace and name", (metadata, expected) => {
    const root = Field.root(resourceOf({ kind: "Pod", metadata }).props);
    expect(describeManifest({ kind: "Pod", root })).toBe(expected);
  });
});
