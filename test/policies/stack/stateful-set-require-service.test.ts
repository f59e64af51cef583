import { describe, expect, it } from "vitest";
import { statefulSetRequireService } from "../../../policies/stack/stateful-set-require-service.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { LABELS, NOTHING, workload } from "./objects.ts";

const judgeObjects = (...objects: KubernetesObject[]) =>
  judgeStack(
    statefulSetRequireService,
    objects.map((object) => resourceOf(object)),
  );
const set = (serviceName: unknown, metadata: Record<string, unknown> = {}) =>
  workload({ serviceName }, { kind: "StatefulSet", ...metadata });
const service = (spec: unknown, metadata: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "store", namespace: "ai-agents", ...metadata },
  spec,
});
const HEADLESS = service({ clusterIP: "None", selector: LABELS });

describe("stateful-set-require-service", () => {
  it.each([
    ["of all labels", HEADLESS],
    ["of one label", service({ clusterIP: "None", selector: { app: "agent" } })],
  ])("allows a headless Service %s of the pods", async (_, one) => {
    expect(await judgeObjects(one, set("store"))).toEqual(NOTHING);
  });

  it.each([undefined, null, ""])("promises no names where the Service is %j", async (serviceName) => {
    expect(await judgeObjects(set(serviceName))).toEqual(NOTHING);
  });

  it.each([
    ["nothing", []],
    ["a Service of another name", [service({ clusterIP: "None", selector: LABELS }, { name: "stores" })]],
    [
      "a Service of another namespace",
      [service({ clusterIP: "None", selector: LABELS }, { namespace: "other" })],
    ],
    [
      "a Service of the default namespace",
      [service({ clusterIP: "None", selector: LABELS }, { namespace: null })],
    ],
    ["a Service of Knative", [{ ...HEADLESS, apiVersion: "serving.knative.dev/v1" }]],
    ["something else of the name", [{ ...HEADLESS, kind: "ConfigMap" }]],
  ])("refuses the name of a Service where the stack makes %s", async (_, objects) => {
    expect((await judgeObjects(set("store"), ...objects)).violations).toEqual([
      expect.stringContaining(
        'StatefulSet ai-agents/agent, at .spec.serviceName: it names "store", and the stack makes no such Service in its namespace and region. Name a Service of the same namespace',
      ),
    ]);
  });

  it("refuses a name that is none", async () => {
    expect((await judgeObjects(set(7), HEADLESS)).violations).toEqual([
      expect.stringContaining("it names 7, and the stack makes no such Service"),
    ]);
  });

  it.each([
    [undefined, "not set"],
    [null, "not set"],
    ["", '""'],
    ["10.0.0.1", '"10.0.0.1"'],
    ["none", '"none"'],
  ])("refuses a Service whose address is %j", async (clusterIP, got) => {
    expect((await judgeObjects(set("store"), service({ clusterIP, selector: LABELS }))).violations).toEqual([
      expect.stringContaining(
        `it names "store", and Service ai-agents/store is not headless: its clusterIP is ${got}. Name`,
      ),
    ]);
  });

  it.each([
    ["other pods", { app: "other" }],
    ["pods with one label more", { ...LABELS, region: "a" }],
    ["nothing", undefined],
    ["nothing, with an empty selector", {}],
  ])("refuses a Service that selects %s", async (_, selector) => {
    expect((await judgeObjects(set("store"), service({ clusterIP: "None", selector }))).violations).toEqual([
      expect.stringContaining('it names "store", and Service ai-agents/store does not select its pods. Name'),
    ]);
  });

  it("does not look at Services of another region", async () => {
    const resources = [resourceOf(set("store")), resourceOf(HEADLESS, { region: "region-b" })];
    expect((await judgeStack(statefulSetRequireService, resources)).violations).toHaveLength(1);
  });

  it("finds both within a List, and judges each StatefulSet and nothing else", async () => {
    const list = { apiVersion: "v1", kind: "List", items: [set("store"), HEADLESS] };
    expect(await judgeObjects(list)).toEqual(NOTHING);
    expect((await judgeObjects(set("a"), set("b", { name: "other" }))).violations).toHaveLength(2);
    expect(await judgeObjects(workload({ serviceName: "store" }))).toEqual(NOTHING);
  });

  it.each([
    ["the name of the Service", [set(UNKNOWN), HEADLESS], "StatefulSet ai-agents/agent .spec.serviceName;"],
    [
      "the namespace of the StatefulSet",
      [set("store", { namespace: UNKNOWN }), HEADLESS],
      "StatefulSet agent .metadata.namespace;",
    ],
    [
      "the name of a Service",
      [set("store"), service({}, { name: UNKNOWN })],
      ": Service ai-agents/(name not known yet) .metadata.name;",
    ],
    [
      "the address of the Service",
      [set("store"), service({ clusterIP: UNKNOWN, selector: LABELS })],
      "Service ai-agents/store .spec.clusterIP;",
    ],
    [
      "the selector of the Service",
      [set("store"), service({ clusterIP: "None", selector: UNKNOWN })],
      ": Service ai-agents/store .spec.selector;",
    ],
    [
      "the address and the selector",
      [set("store"), service({ clusterIP: UNKNOWN, selector: { app: UNKNOWN } })],
      "Service ai-agents/store .spec.clusterIP, Service ai-agents/store .spec.selector.app;",
    ],
    [
      "the labels of the pods",
      [set("store", { labels: UNKNOWN }), HEADLESS],
      ": StatefulSet ai-agents/agent .spec.template.metadata.labels;",
    ],
  ])("is undecided while %s is not known", async (_, objects, place) => {
    const { violations, undecided } = await judgeObjects(...objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("needs no value where another refuses, or where no Service can be meant", async () => {
    const objects = [set("store"), service({ clusterIP: UNKNOWN, selector: { app: "other" } })];
    expect(await judgeObjects(...objects)).toMatchObject({
      violations: [expect.anything()],
      undecided: undefined,
    });
    const others = [set("store"), service({ selector: { app: UNKNOWN } })];
    expect(await judgeObjects(...others)).toMatchObject({
      violations: [expect.anything()],
      undecided: undefined,
    });
    expect((await judgeObjects(set(UNKNOWN))).violations).toEqual([
      expect.stringContaining("it names a Service that is not known yet, and the stack makes no"),
    ]);
  });
});
