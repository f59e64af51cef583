import { describe, expect, it } from "vitest";
import { stackRequireScaleTarget } from "../../../policies/stack/stack-require-scale-target.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { NOTHING, scaledObject, autoscaler as scaler, through, workload } from "./objects.ts";

const autoscaler: typeof scaler = (target = {}, ...others) =>
  scaler({ apiVersion: "apps/v1", ...target }, ...others);

const judgeObjects = (...objects: KubernetesObject[]) =>
  judgeStack(
    stackRequireScaleTarget,
    objects.map((object) => resourceOf(object)),
  );

describe("stack-require-scale-target", () => {
  it.each([
    ["a HorizontalPodAutoscaler", autoscaler()],
    ["a ScaledObject, which scales a Deployment by default", scaledObject()],
  ])("allows %s of a Deployment of the stack", async (_, scaler) => {
    expect(await judgeObjects(scaler, workload())).toEqual(NOTHING);
  });

  it.each([
    ["nothing at all", []],
    ["another name", [workload({}, { name: "other" })]],
    ["another namespace", [workload({}, { namespace: "other" })]],
    ["the default namespace", [workload({}, { namespace: null })]],
    ["another kind", [workload({}, { kind: "StatefulSet" })]],
    ["a name that the cluster makes", [workload({}, { name: null, generateName: "agent" })]],
  ])("refuses an autoscaler where the stack makes %s", async (_, objects) => {
    const { violations } = await judgeObjects(autoscaler(), ...objects);
    expect(violations).toEqual([
      expect.stringContaining(
        'HorizontalPodAutoscaler ai-agents/agent, at .spec.scaleTargetRef: it scales apiVersion "apps/v1", kind "Deployment", name "agent", and the stack makes no such object in its namespace and region. Name a workload',
      ),
    ]);
  });

  it.each([
    ["apps/v1beta2", "Deployment", "apps/v1"],
    ["argoproj.io/v1alpha1", "Rollout", undefined],
    ["v1", "ReplicationController", undefined],
    ["example.com/v2", "Agents", undefined],
  ])("knows a target of %s again", async (apiVersion, kind, own = apiVersion) => {
    const object = { ...workload({}, { kind }), apiVersion: own };
    for (const one of [autoscaler({ apiVersion, kind }), scaledObject({ apiVersion, kind })])
      expect(await judgeObjects(one, object)).toEqual(NOTHING);
  });

  it.each([undefined, null, "v1", "argoproj.io/v1alpha1", 1])(
    "refuses a HorizontalPodAutoscaler that looks for a Deployment in %j",
    async (apiVersion) => {
      expect((await judgeObjects(autoscaler({ apiVersion }), workload())).violations).toHaveLength(1);
    },
  );

  it("looks for the target of a ScaledObject in apps by default", async () => {
    const rollout = workload({}, { kind: "Rollout" });
    expect((await judgeObjects(scaledObject({ kind: "Rollout" }), rollout)).violations).toEqual([
      expect.stringContaining('it scales no apiVersion, kind "Rollout", name "agent", and'),
    ]);
    expect((await judgeObjects(scaledObject({ apiVersion: "v1" }), workload())).violations).toHaveLength(1);
  });

  it("finds its target in a List, in the default namespace and through another provider of its cluster", async () => {
    const list = { apiVersion: "v1", kind: "List", items: [autoscaler(), workload()] };
    expect(await judgeObjects(list)).toEqual(NOTHING);
    const nowhere = { namespace: null };
    expect(await judgeObjects(autoscaler({}, {}, nowhere), workload({}, { namespace: "default" }))).toEqual(
      NOTHING,
    );
    const props = { kubeconfig: "a", context: "b" };
    const resources = [resourceOf(autoscaler()), resourceOf(workload(), { region: "region-b" })];
    expect(
      await judgeStack(
        stackRequireScaleTarget,
        resources.map((one) => through(one, props)),
      ),
    ).toEqual(NOTHING);
  });

  it("refuses one whose workload is in another region", async () => {
    const resources = [resourceOf(autoscaler()), resourceOf(workload(), { region: "region-b" })];
    expect((await judgeStack(stackRequireScaleTarget, resources)).violations).toHaveLength(1);
  });

  it.each([null, undefined, "", 7])("refuses one whose target has the name %j", async (name) => {
    expect((await judgeObjects(autoscaler({ name }), workload())).violations).toHaveLength(1);
    expect((await judgeObjects(autoscaler({ name }), workload({}, { name: null }))).violations).toHaveLength(
      1,
    );
  });

  it("refuses one without target", async () => {
    const { violations } = await judgeObjects({ ...autoscaler(), spec: {} }, workload());
    expect(violations).toEqual([expect.stringContaining("it scales no apiVersion, no kind, no name, and")]);
  });

  it("reports each", async () => {
    expect((await judgeObjects(autoscaler(), scaledObject())).violations).toHaveLength(2);
  });

  it("says nothing of a stack without autoscalers", async () => {
    expect(await judgeObjects(workload())).toEqual(NOTHING);
  });

  it.each([
    [
      "the target's apiVersion",
      [autoscaler({ apiVersion: UNKNOWN }), workload()],
      "HorizontalPodAutoscaler ai-agents/agent .spec.scaleTargetRef.apiVersion",
    ],
    ["the target's kind", [autoscaler({ kind: UNKNOWN }), workload()], ".spec.scaleTargetRef.kind"],
    ["the target's name", [autoscaler({ name: UNKNOWN }), workload()], ".spec.scaleTargetRef.name"],
    [
      "the autoscaler's namespace",
      [autoscaler({}, {}, { namespace: UNKNOWN }), workload()],
      "HorizontalPodAutoscaler agent .metadata.namespace",
    ],
    [
      "the workload's name",
      [autoscaler(), workload({}, { name: UNKNOWN })],
      "Deployment ai-agents/(name not known yet) .metadata.name",
    ],
    [
      "the workload's namespace",
      [autoscaler(), workload({}, { namespace: UNKNOWN })],
      "Deployment agent .metadata.namespace",
    ],
  ])("is undecided while %s is not known", async (_, objects, place) => {
    const { violations, undecided } = await judgeObjects(...objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("refuses a target that is not known where no workload can be it", async () => {
    expect((await judgeObjects(autoscaler({ name: UNKNOWN }))).violations).toEqual([
      expect.stringContaining("name not known yet, and"),
    ]);
    const elsewhere = workload({}, { name: UNKNOWN, namespace: "other" });
    expect((await judgeObjects(autoscaler(), elsewhere)).violations).toHaveLength(1);
  });

  it("needs no other workload where it has its own", async () => {
    expect(await judgeObjects(autoscaler(), workload(), workload({}, { name: UNKNOWN }))).toEqual(NOTHING);
  });
});
