import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { InitializationError } from "../../../../local/plugins/protocol/provider-plugin.ts";
import { configMap, deployment, restrictedNamespaceLabels } from "./sample-objects.ts";
import { at, type SmallEngine } from "./small-engine.ts";
import { startTestCluster, type TestCluster, type TestSpace } from "./test-cluster.ts";

let cluster: TestCluster;
let engine: SmallEngine;
let space: string;
let kubectl: TestSpace["kubectl"];

beforeAll(async () => {
  cluster = await startTestCluster("waiting");
});
afterAll(() => cluster?.stop());

beforeEach(async () => {
  ({ name: space, engine, kubectl } = await cluster.newSpace(restrictedNamespaceLabels));
});
const nowhere = { pod: { nodeSelector: { disk: "none" } } };

async function failureOf(update: Promise<unknown>): Promise<InitializationError> {
  const error: unknown = await update.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof InitializationError) return error;
  throw new Error(`expected a resource that is kept unready, got ${String(error)}`);
}

describe("waiting for an object", () => {
  it("names the pods' reason when the time is over, and keeps the object", async () => {
    const error = await failureOf(engine.up({ ...deployment(space, nowhere), timeoutSeconds: 2 }));

    expect(error.message).toMatch(
      new RegExp(
        `apps/v1 Deployment ${space}/web: not ready after 2 s: 0 of 1 pods available\\n.*node affinity/selector`,
      ),
    );
    expect(error.id).toBe(`${space}/web`);
    expect(await kubectl("get", "deployment/web", "--output=name")).toContain("deployment.apps/web");
  });

  it("takes the time limit from the object's annotation too", async () => {
    const annotations = { "pulumi.com/timeoutSeconds": "1" };
    const error = await failureOf(engine.up(deployment(space, { ...nowhere, annotations })));

    expect(error.message).toContain("not ready after 1 s");
  });

  it("ends at once when the user cancels, and keeps the object", async () => {
    engine.onProgress = (message) => {
      if (message.includes("pods available")) engine.provider.cancel();
    };
    const error = await failureOf(engine.up(deployment(space, nowhere)));

    expect(error.message).toContain("cancelled while waiting: 0 of 1 pods available");
    expect(error.outputs["metadata"]).toMatchObject({ name: "web" });
  });

  it("goes on with the kept object at the next update", async () => {
    const broken = { ...deployment(space, nowhere), timeoutSeconds: 1 };
    const { id, inputs, outputs } = await failureOf(engine.up(broken));
    const kept = { type: broken.type, name: broken.name, urn: "", id, inputs, outputs };

    const { outcome, resource } = await engine.up(deployment(space), kept);

    expect(outcome).toBe("updated");
    expect(at(resource.outputs, "status.availableReplicas")).toBe(1);
  });

  it("fails at once, not after the time limit, when Pod Security refuses the pods", async () => {
    const declaration = deployment(space, { container: { securityContext: { privileged: true } } });
    const error = await failureOf(engine.up({ ...declaration, timeoutSeconds: 300 }));

    expect(error.message).toContain("its pods are refused");
    expect(error.message).toContain("violates PodSecurity");
  });

  it("notices that somebody deletes the object meanwhile", async () => {
    let deletion: Promise<string> | undefined;
    engine.onProgress = () => {
      deletion ??= kubectl("delete", "deployment/web");
    };
    const error = await failureOf(engine.up(deployment(space, nowhere)));
    await deletion;

    expect(error.message).toContain("it was deleted while it was waited for");
  });

  it("does not wait for an object annotated skipAwait", async () => {
    const annotations = { "pulumi.com/skipAwait": "true" };
    const { outcome } = await engine.up(deployment(space, { ...nowhere, annotations }));

    expect(outcome).toBe("created");
    expect(engine.said.progress).toEqual([]);
  });

  it("waits for the condition that the annotation waitFor gives", async () => {
    const { type, name, inputs } = configMap(space, { phase: "starting" });
    const annotations = { "pulumi.com/waitFor": "jsonpath={.data.phase}=started" };
    const metadata = { name: "awaited", namespace: space, annotations };
    const patch = JSON.stringify({ data: { phase: "started" } });
    let patching: Promise<string> | undefined;
    engine.onProgress = () => {
      patching ??= kubectl("patch", "configmap", "awaited", "--type=merge", "--patch", patch);
    };

    const { resource } = await engine.up({ type, name, inputs: { ...inputs, metadata } });
    await patching;

    expect(engine.said.progress).toEqual(["data.phase is starting"]);
    expect(resource.outputs["data"]).toEqual({ phase: "started" });
  });
});

describe("waiting for a deletion", () => {
  it("ends at once when the user cancels, and says what holds the object", async () => {
    const { type, name, inputs } = configMap(space, {});
    const metadata = { name: "held", namespace: space, finalizers: ["example.com/hold"] };
    const { resource } = await engine.up({ type, name, inputs: { ...inputs, metadata } });
    engine.onProgress = () => engine.provider.cancel();

    await expect(engine.delete(resource)).rejects.toThrow(
      /cancelled while waiting for its deletion: .*example\.com\/hold/,
    );
    await kubectl(
      "patch",
      "configmap",
      "held",
      "--type=merge",
      "--patch",
      JSON.stringify({ metadata: { finalizers: null } }),
    );
  });
});
