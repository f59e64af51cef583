import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { secret } from "../../../../local/plugins/protocol/property-value.ts";
import { configMap, deployment, widget, widgetDefinition } from "./sample-objects.ts";
import { at, type Resource, type SmallEngine } from "./small-engine.ts";
import { startTestCluster, type TestCluster, type TestSpace } from "./test-cluster.ts";

let cluster: TestCluster;
let engine: SmallEngine;
let space: string;
let engineWith: TestSpace["engineWith"];
let kubectl: TestSpace["kubectl"];

beforeAll(async () => {
  cluster = await startTestCluster("lifecycle");
});
afterAll(() => cluster?.stop());

beforeEach(async () => {
  ({ name: space, engine, engineWith, kubectl } = await cluster.newSpace());
});

describe("create", () => {
  it("waits until a Deployment's pods are available", async () => {
    const { resource } = await engine.up(deployment(space, { replicas: 2 }));

    expect(resource.id).toBe(`${space}/web`);
    expect(at(resource.outputs, "status.availableReplicas")).toBe(2);
  });

  it("generates a name from the resource's, and marks it as generated", async () => {
    const { resource } = await engine.up(configMap(space, { mode: "one" }));

    expect(at(resource.outputs, "metadata.name")).toMatch(/^settings-[0-9a-f]{8}$/);
    expect(at(resource.outputs, "metadata.annotations")).toEqual({ "pulumi.com/autonamed": "true" });
  });

  it("puts objects without a namespace into the provider's", async () => {
    engine = engineWith({ namespace: space });
    const { type, name, inputs } = configMap(space, {});
    const { resource } = await engine.up({ type, name, inputs: { ...inputs, metadata: {} } });

    expect(resource.id).toMatch(new RegExp(`^${space}/settings-`));
  });

  it("refuses an object that somebody else made, and says how to import it", async () => {
    await kubectl("create", "deployment", "web", "--image=web:0");

    await expect(engine.up(deployment(space))).rejects.toThrow(
      `apps/v1 Deployment ${space}/web exists already and was not made by this provider: import it (resource option import: "${space}/web")`,
    );
  });

  it("takes over an object that somebody else made when it is told to", async () => {
    engine = engineWith({ upsertExistingObjects: "true" });
    await kubectl("create", "deployment", "web", "--image=web:0");

    const { resource } = await engine.up(deployment(space, { image: "web:1" }));

    expect(JSON.stringify(at(resource.outputs, "spec.template"))).toContain("web:1");
  });

  it("takes over, with a warning, what an earlier run made and could not report", async () => {
    const first = await engine.up(deployment(space));
    const second = await engine.up(deployment(space));

    expect(at(second.resource.outputs, "metadata.uid")).toBe(at(first.resource.outputs, "metadata.uid"));
    expect(engine.said.warnings).toEqual([
      `apps/v1 Deployment ${space}/web existed already and is taken over`,
    ]);
  });

  it("waits for an object of the same name to go that is being deleted", async () => {
    const { type, name, inputs } = configMap(space, { mode: "one" });
    const declaration = { type, name, inputs: { ...inputs, metadata: { name: "held", namespace: space } } };
    const patch = (finalizers: string[] | null) =>
      kubectl(
        "patch",
        "configmap",
        "held",
        "--type=merge",
        "--patch",
        JSON.stringify({ metadata: { finalizers } }),
      );
    const { resource } = await engine.up(declaration);
    await patch(["example.com/hold"]);
    await kubectl("delete", "configmap", "held", "--wait=false");
    let release: Promise<string> | undefined;
    engine.onProgress = () => {
      release ??= patch(null);
    };
    const again = await engine.up(declaration);
    await release;

    expect(at(again.resource.outputs, "metadata.uid")).not.toBe(at(resource.outputs, "metadata.uid"));
    expect(await kubectl("get", "configmap", "held", "--output=jsonpath={.data.mode}")).toBe("one");
  });

  it("makes an object of a kind whose definition was made a moment ago", async () => {
    const group = "moment.example.com";
    const definition = await engine.up(widgetDefinition(group));
    const { resource } = await engine.up(widget(group, space, { size: 3, fixed: "x" }));

    expect(at(resource.outputs, "spec.size")).toBe(3);
    await engine.delete(definition.resource);
  });
});

describe("update", () => {
  it("leaves alone what did not change, even if others changed the live object", async () => {
    const { resource } = await engine.up(deployment(space));
    await kubectl("scale", "deployment/web", "--replicas=2");

    expect((await engine.up(deployment(space), resource)).outcome).toBe("unchanged");
  });

  it("keeps a generated name", async () => {
    engine = engineWith({ enableConfigMapMutable: "true" });
    const { resource } = await engine.up(configMap(space, { mode: "one" }));
    const changed = await engine.up(configMap(space, { mode: "two" }), resource);

    expect(changed.outcome).toBe("updated");
    expect(changed.resource.inputs["metadata"]).toEqual(resource.inputs["metadata"]);
  });

  it("changes the image in place", async () => {
    const before = await engine.up(deployment(space, { image: "web:1" }));
    const after = await engine.up(deployment(space, { image: "web:2" }), before.resource);

    expect(after.outcome).toBe("updated");
    expect(after.changed).toEqual(["spec.template.spec.containers[0].image"]);
    expect(at(after.resource.outputs, "metadata.uid")).toBe(at(before.resource.outputs, "metadata.uid"));
  });

  it("removes a label that is no longer declared", async () => {
    const { resource } = await engine.up(deployment(space, { labels: { team: "a", tier: "web" } }));
    const changed = await engine.up(deployment(space, { labels: { tier: "web" } }), resource);

    expect(at(changed.resource.outputs, "metadata.labels")).toEqual({ tier: "web" });
  });

  it("leaves ignored fields as they are live", async () => {
    const { resource } = await engine.up(deployment(space, { replicas: 1 }));
    await kubectl("scale", "deployment/web", "--replicas=3");
    const change = {
      ...deployment(space, { replicas: 1, labels: { team: "a" } }),
      ignoreChanges: ["spec.replicas"],
    };
    const changed = await engine.up(change, resource);

    expect(at(changed.resource.outputs, "spec.replicas")).toBe(3);
  });
});

describe("replace", () => {
  it("replaces a Deployment whose selector changed, deleting first because the name stays", async () => {
    const { resource } = await engine.up(deployment(space));
    const declaration = deployment(space, { selector: { app: "web", generation: "2" } });

    expect((await engine.diff(declaration, resource)).deleteBeforeReplace).toBe(true);
    const replaced = await engine.up(declaration, resource);
    expect(replaced.outcome).toBe("replaced");
    expect(at(replaced.resource.outputs, "metadata.uid")).not.toBe(at(resource.outputs, "metadata.uid"));
  });

  it("puts a ConfigMap with other data beside the old one, under a new name", async () => {
    const { resource } = await engine.up(configMap(space, { mode: "one" }));
    const declaration = configMap(space, { mode: "two" });

    expect((await engine.diff(declaration, resource)).deleteBeforeReplace).toBe(false);
    const replaced = await engine.up(declaration, resource);
    expect(replaced.outcome).toBe("replaced");
    expect(replaced.resource.id).not.toBe(resource.id);
  });

  it("finds fields that only the server knows to be immutable", async () => {
    const group = "immutable.example.com";
    const definition = await engine.up(widgetDefinition(group));
    const { resource } = await engine.up(widget(group, space, { size: 3, fixed: "x" }));

    const { changes } = await engine.diff(widget(group, space, { size: 4, fixed: "y" }), resource);

    expect(changes).toEqual([
      { path: "spec.size", kind: "update", replace: false },
      { path: "spec.fixed", kind: "update", replace: true },
    ]);
    await engine.delete(definition.resource);
  });
});

describe("read", () => {
  it("shows no drift where the server only writes a value differently", async () => {
    const requests = { cpu: "1000m", memory: "1024Mi" };
    const { resource } = await engine.up(deployment(space, { container: { resources: { requests } } }));
    await kubectl("annotate", "deployment/web", "somebody=else");

    expect((await engine.refresh(resource))?.inputs).toEqual(resource.inputs);
  });

  it("shows what others changed, and the next update repairs it", async () => {
    const { resource } = await engine.up(deployment(space, { image: "web:1" }));
    await kubectl("set", "image", "deployment/web", "web=web:hacked");

    const drifted = await engine.refresh(resource);
    const repaired = await engine.up(deployment(space, { image: "web:1" }), drifted);

    expect(repaired.changed).toEqual(["spec.template.spec.containers[0].image"]);
    expect(await kubectl("get", "deployment/web", "--output=jsonpath={..image}")).toBe("web:1");
  });

  it("knows when an object is gone", async () => {
    const { resource } = await engine.up(configMap(space, {}));
    await kubectl("delete", "configmap", "--all");

    expect(await engine.refresh(resource)).toBeUndefined();
  });

  it("imports an object as a person would have declared it", async () => {
    await kubectl("create", "configmap", "theirs", "--from-literal=mode=one");
    const imported = await engine.import("kubernetes:core/v1:ConfigMap", "theirs", `${space}/theirs`);

    expect(imported?.inputs).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "theirs", namespace: space },
      data: { mode: "one" },
    });
  });
});

describe("delete", () => {
  it("returns only once the object is gone", async () => {
    const { type, name, inputs } = configMap(space, {});
    const metadata = { name: "held", namespace: space, finalizers: ["example.com/hold"] };
    const { resource } = await engine.up({ type, name, inputs: { ...inputs, metadata } });
    const letGo = JSON.stringify({ metadata: { finalizers: null } });
    let release: Promise<string> | undefined;
    engine.onProgress = () => {
      release ??= kubectl("patch", "configmap", "held", "--type=merge", "--patch", letGo);
    };
    await engine.delete(resource);

    expect(await release).toContain("patched");
  });

  it("takes along what belongs to the object", async () => {
    const { resource } = await engine.up(deployment(space));
    await engine.delete(resource);

    expect(await kubectl("get", "deployments,replicasets", "--output=name")).toBe("");
  });

  it("counts an object that is gone already as deleted", async () => {
    const { resource } = await engine.up(configMap(space, {}));
    await engine.delete(resource);

    await expect(engine.delete(resource)).resolves.toBeUndefined();
  });

  it("spares an object that somebody made anew under the same name", async () => {
    const { resource } = await engine.up(deployment(space));
    await kubectl("delete", "deployment/web", "--wait");
    await kubectl("create", "deployment", "web", "--image=theirs:1");
    await engine.delete(resource);

    expect(await kubectl("get", "deployment/web", "--output=name")).toContain("deployment.apps/web");
  });

  it("names what holds an object back when the time is over", async () => {
    const { resource } = await engine.up(configMap(space, {}));
    const name = String(at(resource.outputs, "metadata.name"));
    const finalizers = (list: string[]) =>
      kubectl(
        "patch",
        "configmap",
        name,
        "--type=merge",
        "--patch",
        JSON.stringify({ metadata: { finalizers: list } }),
      );
    await finalizers(["example.com/hold"]);

    await expect(engine.delete(resource, 1)).rejects.toThrow(
      /still there 1 s after its deletion: .*example\.com\/hold/,
    );
    await finalizers([]);
  });
});

describe("secrets", () => {
  const secretObject = (stringData: Record<string, string>) => ({
    type: "kubernetes:core/v1:Secret",
    name: "keys",
    inputs: { apiVersion: "v1", kind: "Secret", metadata: { name: "keys", namespace: space }, stringData },
  });

  it("marks the contents of a Secret secret, in both forms", async () => {
    const { resource } = await engine.up(secretObject({ password: "hunter2" }));

    expect(resource.outputs["data"]).toEqual(secret({ password: "aHVudGVyMg==" }));
    expect(resource.outputs["stringData"]).toEqual(secret({ password: "hunter2" }));
  });

  it("marks the contents of an imported Secret secret", async () => {
    await kubectl("create", "secret", "generic", "theirs", "--from-literal=password=hunter2");
    const imported = await engine.import("kubernetes:core/v1:Secret", "theirs", `${space}/theirs`);

    expect(imported?.inputs["data"]).toEqual(secret({ password: "aHVudGVyMg==" }));
    expect(imported?.outputs["data"]).toEqual(secret({ password: "aHVudGVyMg==" }));
  });

  it("removes a key that is no longer declared", async () => {
    engine = engineWith({ enableSecretMutable: "true" });
    const { resource } = await engine.up(secretObject({ password: "hunter2", token: "t" }));
    const changed: Resource = (await engine.up(secretObject({ token: "t" }), resource)).resource;

    expect(changed.outputs["data"]).toEqual(secret({ token: "dA==" }));
  });

  it("shows drift in a Secret's contents", async () => {
    const { resource } = await engine.up(secretObject({ password: "hunter2" }));
    const patch = JSON.stringify({ stringData: { password: "changed" } });
    await kubectl("patch", "secret", "keys", "--type=merge", "--patch", patch);

    expect((await engine.refresh(resource))?.inputs["stringData"]).toEqual({ password: "changed" });
  });
});
