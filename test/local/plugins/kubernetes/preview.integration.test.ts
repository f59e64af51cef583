import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../../local/plugins/protocol/property-value.ts";
import {
  configMap,
  deployment,
  restrictedNamespaceLabels,
  widget,
  widgetDefinition,
} from "./sample-objects.ts";
import { at, type SmallEngine } from "./small-engine.ts";
import { startTestCluster, type TestCluster, type TestSpace } from "./test-cluster.ts";

let cluster: TestCluster;
let engine: SmallEngine;
let space: string;
let kubectl: TestSpace["kubectl"];

beforeAll(async () => {
  cluster = await startTestCluster("preview");
});
afterAll(() => cluster?.stop());

beforeEach(async () => {
  ({ name: space, engine, kubectl } = await cluster.newSpace(restrictedNamespaceLabels));
});
const service = (spec: Record<string, string>) => ({
  type: "kubernetes:core/v1:Service",
  name: "web",
  inputs: {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: space },
    spec: { ports: [{ port: 80 }], selector: { app: "web" }, ...spec },
  },
});

describe("a preview of Create", () => {
  it("makes nothing", async () => {
    await engine.preview(deployment(space));

    expect(await kubectl("get", "deployments", "--output=name")).toBe("");
  });

  it("tells what the server would fill in, and that what it assigns is unknown", async () => {
    const outputs = await engine.preview(deployment(space));

    expect(at(outputs, "spec.progressDeadlineSeconds")).toBe(600);
    expect(at(outputs, "metadata.uid")).toBe(UNKNOWN);
    expect(outputs["status"]).toBe(UNKNOWN);
  });

  it("tells a Service's own address only where the program gives it", async () => {
    expect(at(await engine.preview(service({})), "spec.clusterIP")).toBe(UNKNOWN);
    expect(at(await engine.preview(service({ clusterIP: "None" })), "spec.clusterIP")).toBe("None");
    expect(at(await engine.preview(service({ type: "NodePort" })), "spec.ports")).toMatchObject([
      { nodePort: UNKNOWN },
    ]);
  });

  it("refuses a field that does not exist", async () => {
    const declaration = deployment(space, { pod: { nodeSelektor: { disk: "ssd" } } });

    await expect(engine.preview(declaration)).rejects.toThrow("nodeSelektor");
  });

  it("refuses a value that is not allowed", async () => {
    await expect(engine.preview(deployment(space, { replicas: -1 }))).rejects.toThrow("spec.replicas");
  });

  it("refuses pods that Pod Security would not admit", async () => {
    const declaration = deployment(space, { container: { securityContext: { privileged: true } } });

    await expect(engine.preview(declaration)).rejects.toThrow(
      /its pods would be refused: .*violates PodSecurity "restricted/s,
    );
  });

  it("sees Pod Security even if the pods' service account comes with the same update", async () => {
    const pod = { serviceAccountName: "to-come" };
    const declaration = deployment(space, { pod, container: { securityContext: {} } });

    await expect(engine.preview(declaration)).rejects.toThrow("violates PodSecurity");
  });

  it("warns when one more pod exceeds the quota", async () => {
    await kubectl("create", "quota", "none", "--hard=pods=0");
    await engine.preview(deployment(space));

    expect(engine.said.warnings).toEqual([expect.stringContaining("exceeded quota")]);
  });

  it("refuses an object that somebody else made", async () => {
    await kubectl("create", "deployment", "web", "--image=web:0");

    await expect(engine.preview(deployment(space))).rejects.toThrow(
      "exists already and was not made by this provider",
    );
  });

  it("leaves what is unknown unknown", async () => {
    const outputs = await engine.preview(deployment(space, { image: UNKNOWN }));

    expect(JSON.stringify(at(outputs, "spec.template"))).toContain(UNKNOWN);
  });
});

describe("a preview of an object whose namespace comes with the same update", () => {
  it("passes a good object and keeps its namespace", async () => {
    const outputs = await engine.preview(deployment("to-come"));

    expect(at(outputs, "metadata.namespace")).toBe("to-come");
    expect(at(outputs, "metadata.name")).toBe("web");
  });

  it("refuses a field that does not exist", async () => {
    const declaration = deployment("to-come", { pod: { nodeSelektor: {} } });

    await expect(engine.preview(declaration)).rejects.toThrow("nodeSelektor");
  });

  it("refuses a value that is not allowed, and names the object as the program does", async () => {
    await expect(engine.preview(deployment("to-come", { replicas: -1 }))).rejects.toThrow(
      'Deployment.apps "web" is invalid: spec.replicas',
    );
  });
});

describe("a preview of a custom resource", () => {
  it("warns that a kind which nobody defines cannot be checked", async () => {
    await engine.preview(widget("nowhere.example.com", space, { size: 3, fixed: "x" }));

    expect(engine.said.warnings).toEqual([
      expect.stringContaining("nowhere.example.com/v1 Widget is not served"),
    ]);
  });

  it("is silent when the program defines the kind", async () => {
    await engine.preview(widgetDefinition("soon.example.com"));
    await engine.preview(widget("soon.example.com", space, { size: 3, fixed: "x" }));

    expect(engine.said.warnings).toEqual([]);
  });

  it("refuses a value that the definition does not allow", async () => {
    const group = "strict.example.com";
    const definition = await engine.up(widgetDefinition(group));

    await expect(engine.preview(widget(group, space, { size: 99, fixed: "x" }))).rejects.toThrow("spec.size");
    await engine.delete(definition.resource);
  });
});

describe("a preview of a change", () => {
  it("refuses a field that does not exist, and changes nothing", async () => {
    const { resource } = await engine.up(deployment(space, { image: "web:1" }));
    const declaration = deployment(space, { image: "web:2", pod: { nodeSelektor: {} } });

    await expect(engine.preview(declaration, resource)).rejects.toThrow("nodeSelektor");
    expect(await kubectl("get", "deployment/web", "--output=jsonpath={..image}")).toBe("web:1");
  });

  it("passes a replacement while the old object still stands", async () => {
    const { resource } = await engine.up(deployment(space));
    const outputs = await engine.preview(deployment(space, { selector: { app: "other" } }), resource);

    expect(at(outputs, "metadata.name")).toBe("web");
    expect(at(outputs, "metadata.uid")).toBe(UNKNOWN);
  });

  it("passes the replacement of an object that was imported and never changed by us", async () => {
    await kubectl("create", "deployment", "web", "--image=web:0");
    const imported = await engine.import("kubernetes:apps/v1:Deployment", "web", `${space}/web`);
    const outputs = await engine.preview(deployment(space, { selector: { app: "other" } }), imported);

    expect(at(outputs, "metadata.uid")).toBe(UNKNOWN);
  });

  it("refuses a replacement whose pods Pod Security would not admit", async () => {
    const { resource } = await engine.up(deployment(space));
    const declaration = deployment(space, { selector: { app: "other" }, container: { securityContext: {} } });

    await expect(engine.preview(declaration, resource)).rejects.toThrow("violates PodSecurity");
  });

  it("keeps the uid known", async () => {
    const { resource } = await engine.up(configMap(space, { mode: "one" }));
    const { type, name, inputs } = configMap(space, { mode: "one" });
    const labelled = { ...inputs, metadata: { ...inputs.metadata, labels: { tier: "web" } } };
    const outputs = await engine.preview({ type, name, inputs: labelled }, resource);

    expect(at(outputs, "metadata.uid")).toBe(at(resource.outputs, "metadata.uid"));
  });
});
