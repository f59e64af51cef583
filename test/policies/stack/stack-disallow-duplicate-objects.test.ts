import { describe, expect, it } from "vitest";
import { stackDisallowDuplicateObjects } from "../../../policies/stack/stack-disallow-duplicate-objects.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { NOTHING, through } from "./objects.ts";

const judgeObjects = (...objects: KubernetesObject[]) =>
  judgeStack(
    stackDisallowDuplicateObjects,
    objects.map((object) => resourceOf(object)),
  );
const configMap = (metadata: object = {}, apiVersion = "v1", kind = "ConfigMap"): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: "settings", namespace: "ai-agents", ...metadata },
});

/** One object in each of several regions, whose providers have these settings. */
const judgeProviders = (...settings: Record<string, unknown>[]) =>
  judgeStack(
    stackDisallowDuplicateObjects,
    settings.map((props, index) =>
      through(resourceOf(configMap(), { region: `region-${index}` }), resourceOf(props).props),
    ),
  );

describe("stack-disallow-duplicate-objects", () => {
  it("names both resources, and blames the second", async () => {
    const { violations } = await judgeObjects(configMap(), configMap());
    expect(violations).toEqual([
      'urn:pulumi:test::claude-agents::kubernetes:core/v1:ConfigMap::region-a-settings: ConfigMap ai-agents/settings: the resource "region-a-settings" writes ConfigMap ai-agents/settings of this cluster too. Keep one of the resources, or give the objects different names or namespaces.',
    ]);
  });

  it("reports each but the first", async () => {
    expect((await judgeObjects(configMap(), configMap(), configMap())).violations).toHaveLength(2);
  });

  it.each([
    ["name", configMap({ name: "other" })],
    ["namespace", configMap({ namespace: "monitoring" })],
    ["kind", configMap({}, "v1", "Secret")],
    ["group", configMap({}, "example.com/v1")],
  ])("allows the same object but for its %s", async (_, other) => {
    expect(await judgeObjects(configMap(), other)).toEqual(NOTHING);
  });

  it("knows an object again in another version of its group", async () => {
    const objects = ["autoscaling/v1", "autoscaling/v2"].map((version) =>
      configMap({}, version, "HorizontalPodAutoscaler"),
    );
    expect((await judgeObjects(...objects)).violations).toHaveLength(1);
  });

  it.each(["ClusterRole", "Namespace", "PriorityClass", "CustomResourceDefinition", "GatewayClass"])(
    "does not look at the namespace of a %s, which has none",
    async (kind) => {
      const [one, other] = ["ai-agents", "monitoring"].map((namespace) =>
        configMap({ namespace }, "v1", kind),
      );
      expect((await judgeObjects(one ?? {}, other ?? {})).violations).toHaveLength(1);
      const open = configMap({ namespace: UNKNOWN, name: "other" }, "v1", kind);
      expect(await judgeObjects(one ?? {}, open)).toEqual(NOTHING);
      const unnamed = configMap({ namespace: UNKNOWN, name: UNKNOWN }, "v1", kind);
      expect((await judgeObjects(one ?? {}, unnamed)).undecided).toMatch(/: \S+ .*\.metadata\.name;/);
    },
  );

  it.each([null, undefined, "default"])("takes the namespace %s for the default one", async (namespace) => {
    const { violations } = await judgeObjects(configMap({ namespace: null }), configMap({ namespace }));
    expect(violations).toHaveLength(1);
    expect(await judgeObjects(configMap(), configMap({ namespace }))).toEqual(NOTHING);
  });

  it("allows the same object in two regions", async () => {
    const resources = [resourceOf(configMap()), resourceOf(configMap(), { region: "region-b" })];
    expect(await judgeStack(stackDisallowDuplicateObjects, resources)).toEqual(NOTHING);
  });

  it.each([
    ["one context", { kubeconfig: "a", context: "b" }, { kubeconfig: "a", context: "b" }],
    ["one kubeconfig", { kubeconfig: "a" }, { kubeconfig: "a", context: null }],
    ["one context of the ambient kubeconfig", { context: "b" }, { context: "b" }],
  ])("knows the cluster again that two providers lead to by %s", async (_, one, other) => {
    expect((await judgeProviders(one, other)).violations).toHaveLength(1);
    expect((await judgeProviders(other, one, one)).violations).toHaveLength(2);
  });

  it.each([
    ["contexts", { kubeconfig: "a", context: "b" }, { kubeconfig: "a", context: "c" }],
    ["kubeconfigs", { kubeconfig: "a", context: "b" }, { kubeconfig: "c", context: "b" }],
    ["clusters", { kubeconfig: "a", cluster: "b" }, { kubeconfig: "a", cluster: "c" }],
    ["settings", {}, {}],
    ["a context not known yet", { kubeconfig: "a", context: UNKNOWN }, { kubeconfig: "a", context: UNKNOWN }],
    ["a cluster not known yet", { kubeconfig: "a", cluster: UNKNOWN }, { kubeconfig: "a", cluster: UNKNOWN }],
    ["a kubeconfig not known yet", { kubeconfig: UNKNOWN }, { kubeconfig: UNKNOWN }],
  ])("takes two providers with %s of their own for two clusters", async (_, one, other) => {
    expect(await judgeProviders(one, other)).toEqual(NOTHING);
  });

  it("finds an object within a List, and the group of one that names none", async () => {
    const list = { apiVersion: "v1", kind: "List", items: [configMap()] };
    expect((await judgeObjects(configMap(), list)).violations).toHaveLength(1);
    const { apiVersion: _, ...typed } = configMap({}, "apps/v1", "Deployment");
    const deployments = { apiVersion: "apps/v1", kind: "DeploymentList", items: [typed] };
    expect((await judgeObjects(deployments, configMap({}, "apps/v1", "Deployment"))).violations).toHaveLength(
      1,
    );
    const { apiVersion: __, ...core } = configMap();
    const both = [resourceOf(configMap()), resourceOf(core, { type: "kubernetes:core/v1:ConfigMap" })];
    expect((await judgeStack(stackDisallowDuplicateObjects, both)).violations).toHaveLength(1);
  });

  it.each([
    { generateName: "settings-", name: undefined },
    { name: undefined },
    { name: null },
    { name: "" },
  ])("says nothing of objects that the cluster names: %j", async (metadata) => {
    expect(await judgeObjects(configMap(metadata), configMap(metadata))).toEqual(NOTHING);
  });

  it("lets a Patch resource write a part of an object", async () => {
    const patch = resourceOf(configMap(), { type: "kubernetes:core/v1:ConfigMapPatch" });
    expect(await judgeStack(stackDisallowDuplicateObjects, [resourceOf(configMap()), patch])).toEqual(
      NOTHING,
    );
  });

  it("knows a kind that is called Patch from a Patch resource", async () => {
    const patch = configMap({}, "example.com/v1", "EnvoyPatch");
    expect((await judgeObjects(patch, patch)).violations).toHaveLength(1);
  });

  it("leaves resources of clouds alone", async () => {
    const bucket = resourceOf({ metadata: { name: "a" } }, { type: "aws:s3/bucket:Bucket" });
    expect(await judgeStack(stackDisallowDuplicateObjects, [bucket, bucket])).toEqual(NOTHING);
  });

  it.each([
    ["name", { name: UNKNOWN }, "ConfigMap ai-agents/(name not known yet) .metadata.name"],
    ["namespace", { namespace: UNKNOWN }, "ConfigMap settings .metadata.namespace"],
  ])("is undecided while a %s is not known that may be another's", async (_, metadata, place) => {
    const { violations, undecided } = await judgeObjects(configMap(), configMap(metadata));
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it.each([
    ["another name", { namespace: UNKNOWN, name: "other" }],
    ["another namespace", { name: UNKNOWN, namespace: "monitoring" }],
  ])("needs no value of an object that has %s than the others", async (_, metadata) => {
    expect(await judgeObjects(configMap(), configMap(metadata))).toEqual(NOTHING);
  });

  it("asks for each of two objects that may be the same", async () => {
    const { undecided } = await judgeObjects(configMap({ name: UNKNOWN }), configMap({ namespace: UNKNOWN }));
    expect(undecided).toContain(
      "ConfigMap ai-agents/(name not known yet) .metadata.name, ConfigMap settings .metadata.namespace;",
    );
    const both = configMap({ name: UNKNOWN, namespace: UNKNOWN });
    expect((await judgeObjects(both, configMap())).undecided).toContain(
      "ConfigMap (name not known yet) .metadata.name, ConfigMap (name not known yet) .metadata.namespace;",
    );
    expect(await judgeObjects(both)).toEqual(NOTHING);
  });

  it("takes no child of a ConfigGroup for its parent", async () => {
    const group = resourceOf({ metadata: null }, { type: "kubernetes:yaml/v2:ConfigGroup" });
    const child = resourceOf(configMap(), { type: "kubernetes:core/v1:ConfigMap" });
    expect(await judgeStack(stackDisallowDuplicateObjects, [group, child])).toEqual(NOTHING);
    expect((await judgeStack(stackDisallowDuplicateObjects, [group, child, child])).violations).toHaveLength(
      1,
    );
  });

  it("needs no name where no other object can have it", async () => {
    expect(await judgeObjects(configMap({ name: UNKNOWN }))).toEqual(NOTHING);
    expect(await judgeObjects(configMap({ name: UNKNOWN }), configMap({}, "v1", "Secret"))).toEqual(NOTHING);
  });
});
